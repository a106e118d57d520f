-- Who saw and did what, in a chain where no line can be changed, taken away or slipped in unseen (lag 2001:454 10 §).

-- The one who keeps the chain and looks behind the curtain of row-level security, only inside the functions below.
do $$
begin
  create role bokvar_keeper nologin;
exception when duplicate_object or unique_violation then null; -- roles belong to the cluster: another database made it
end $$;
grant bokvar_keeper to current_user;
grant usage, create on schema public to bokvar_keeper;

-- The end of each lane's chain. A lane is a committee, or one of a few for those who belong to none: one lane for
-- everybody would let each reader wait for every other.
create table audit_head (
  lane text primary key,
  seq bigint not null,
  hash bytea not null
);

-- One line per transaction that showed, changed or refused something: ids only, never a name or a number.
create table audit_entry (
  lane text not null,
  seq bigint not null,
  at timestamptz not null,
  -- a person's row, or the system that called
  actor text not null,
  role text not null,
  committee text,
  unit text,
  action text not null check (action in
    ('read', 'list', 'search', 'print', 'export', 'change', 'deny', 'break-glass', 'approval', 'erase', 'review')),
  -- the route's pattern, as "GET /arenden/:id"
  door text,
  purpose text,
  -- how the reader stood to what was seen; of several cases the farthest
  relation text check (relation in ('own', 'unit', 'committee', 'none')),
  -- the cases shown or changed; what belongs to no case yet stands by its own id
  subject_ids uuid[] not null,
  found integer,
  -- why something was refused
  code text,
  request_id text,
  prev bytea not null,
  hash bytea not null,
  primary key (lane, seq)
);
create index audit_entry_subjects on audit_entry using gin (subject_ids);
create index audit_entry_at on audit_entry (committee, at);
create index audit_entry_actor on audit_entry (actor, at);

-- Over all columns but the hash itself; a column that a later version adds is null in old lines and changes nothing.
create function audit_hash(entry audit_entry) returns bytea language sql stable
  set timezone = 'UTC' set bytea_output = 'hex' set search_path = pg_catalog, public
  as $$ select sha256(convert_to(jsonb_strip_nulls(to_jsonb(entry) - 'hash')::text, 'UTF8')) $$;

-- The cases behind any ids that were seen, and what has no case yet. What is neither (a person, a unit) is no subject.
create function audit_subjects(ids uuid[]) returns uuid[] language sql stable security definer set search_path = public
  as $$ select coalesce(array_agg(distinct subject order by subject), '{}') from (
    select id as subject from arrears_case where id = any(ids)
    union all select coalesce(case_id, id) from task where id = any(ids)
    union all select coalesce(case_id, id) from notice where id = any(ids)
    union all select coalesce(case_id, id) from eviction_notice where id = any(ids)
    union all select case_id from referral where id = any(ids)) found $$;

create function audit_relation(person text, own_unit text, own_committee text, subjects uuid[]) returns text
  language sql stable security definer set search_path = public
  as $$ select (array['own', 'unit', 'committee', 'none'])[max(case
      when c.assignee::text = person or exists (select 1 from assignment a where a.case_id = c.id and a.person_id::text = person)
        or exists (select 1 from referral r where r.case_id = c.id and r.counsellor::text = person) then 1
      when c.unit = own_unit or exists (select 1 from assignment a where a.case_id = c.id and a.unit = own_unit)
        or exists (select 1 from referral r where r.case_id = c.id and r.unit = own_unit) then 2
      when c.committee = own_committee or exists (select 1 from assignment a where a.case_id = c.id and a.committee = own_committee)
        or exists (select 1 from referral r where r.case_id = c.id and r.committee = own_committee) then 3
      else 4 end)]
    from arrears_case c where c.id = any(subjects) $$;

-- Puts a line at the end of its lane. The head is locked until the transaction ends, so the line must be the last thing
-- a transaction writes: whoever took row locks after it could lock another out who waits for the head.
create function audit_chain() returns trigger language plpgsql security definer set search_path = public as $$
declare head audit_head;
begin
  new.role := coalesce(nullif(ctx('role'), ''), new.role);
  new.committee := coalesce(nullif(ctx('committee'), ''), new.committee);
  new.unit := nullif(ctx('unit'), '');
  new.subject_ids := audit_subjects(new.subject_ids);
  -- a page of counts, a list of colleagues: nobody's data was shown
  if new.action in ('read', 'list') and new.subject_ids = '{}' then return null; end if;
  if ctx('person') <> '' then
    new.relation := audit_relation(ctx('person'), new.unit, new.committee, new.subject_ids);
  end if;
  new.lane := coalesce(new.committee, 'none-' || abs(hashtext(new.actor)) % 8);
  insert into audit_head (lane, seq, hash) values (new.lane, 0, sha256(convert_to(new.lane, 'UTF8'))) on conflict do nothing;
  select * into head from audit_head where lane = new.lane for update;
  new.seq := head.seq + 1;
  new.prev := head.hash;
  new.at := clock_now();
  new.hash := audit_hash(new);
  update audit_head set seq = new.seq, hash = new.hash where lane = new.lane;
  return new;
end $$;
create trigger audit_chain before insert on audit_entry for each row execute function audit_chain();

create function audit_only_grows() returns trigger language plpgsql
  as $$ begin raise exception 'the audit log is only ever added to' using errcode = '42501'; end $$;
create trigger audit_only_grows before update or delete or truncate on audit_entry
  for each statement execute function audit_only_grows();
create trigger audit_head_stays before delete or truncate on audit_head
  for each statement execute function audit_only_grows();

-- Every line that does not fit: changed, out of order, slipped in, or lost (also at the end, which the head tells).
create view audit_fault with (security_invoker = true) as
  select lane, seq, case
      when hash <> audit_hash(entry) then 'changed'
      when seq <> before_seq + 1 then 'missing-before'
      else 'not-in-chain' end as fault
  from (select e.lane, e.seq, e.hash, e.prev, e::audit_entry as entry,
      coalesce(lag(e.seq) over lane, 0) as before_seq,
      coalesce(lag(e.hash) over lane, sha256(convert_to(e.lane, 'UTF8'))) as before_hash
    from audit_entry e window lane as (partition by e.lane order by e.seq)) chained
  where hash <> audit_hash(entry) or seq <> before_seq + 1 or prev <> before_hash
  union all
  select coalesce(h.lane, e.lane), coalesce(h.seq, e.seq), 'end-differs'
  from audit_head h
    full join (select distinct on (lane) lane, seq, hash from audit_entry order by lane, seq desc) e on e.lane = h.lane
  where coalesce(h.seq, 0) <> coalesce(e.seq, 0) or h.lane is null or (e.lane is not null and h.hash <> e.hash);

do $$
declare name text;
begin
  foreach name in array array['audit_head', 'audit_entry'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy keep on %I for all to bokvar_keeper using (true) with check (true)', name);
    execute format('create policy verify on %I for select to bokvar_auditor using (true)', name);
    execute format('grant select on %I to bokvar_auditor', name);
  end loop;
  foreach name in array array['audit_hash(audit_entry)', 'audit_subjects(uuid[])', 'audit_relation(text, text, text, uuid[])', 'audit_chain()'] loop
    execute format('alter function %s owner to bokvar_keeper', name);
    execute format('revoke execute on function %s from public', name);
  end loop;
  foreach name in array array['arrears_case', 'task', 'notice', 'eviction_notice', 'referral', 'assignment'] loop
    execute format('create policy keep on %I for select to bokvar_keeper using (true)', name);
    execute format('grant select on %I to bokvar_keeper', name);
  end loop;
end $$;
create policy added on audit_entry for insert to bokvar_web, bokvar_worker with check (true);
-- Each committee answers for its own log (F 2001:637 11 §).
create policy reviewed on audit_entry for select to bokvar_web using (ctx('role') = 'log-reviewer' and committee = ctx('committee'));
grant insert on audit_entry to bokvar_web, bokvar_worker;
grant select on audit_entry to bokvar_web;
grant select, insert, update on audit_head to bokvar_keeper;
grant execute on function audit_hash(audit_entry) to bokvar_auditor;
grant select on audit_fault to bokvar_auditor;

-- The log of before is this log now.
drop table access_log;
