-- Where a protected person lives is sealed beside the identity number: the plain columns stand empty, the keys lie elsewhere.
alter table arrears_case add column sealed_address bytea;
alter table notice add column sealed_address bytea;
alter table eviction_notice add column sealed_address bytea;
alter table letter add column sealed_text bytea;
create index notice_sealed on notice (case_id) where sealed_address is not null;
create index eviction_notice_sealed on eviction_notice (case_id) where sealed_address is not null;

-- The worker seals what is known before the protection is, and keys:rotate seals all of it anew.
grant update (address, body, sealed_text) on letter to bokvar_worker;
