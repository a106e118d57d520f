-- What a copy of the database tells, and what it does when it is put back.

-- Where a protected person lives is sealed beside the identity number: the plain columns stand empty, the keys lie elsewhere.
alter table arrears_case add column sealed_address bytea;
alter table notice add column sealed_address bytea;
alter table eviction_notice add column sealed_address bytea;
alter table letter add column sealed_text bytea;
create index notice_sealed on notice (case_id) where sealed_address is not null;
create index eviction_notice_sealed on eviction_notice (case_id) where sealed_address is not null;

-- The worker seals what is known before the protection is, and keys:rotate seals all of it anew.
grant update (address, body, sealed_text) on letter to bokvar_worker;

-- Whoever puts a backup back does not know what left after it was made: until a person says so, no mail leaves.
create table mail_hold (
  id uuid primary key default gen_random_uuid(),
  -- the instant of the backup
  as_of timestamptz not null,
  held_at timestamptz not null default clock_now(),
  released_at timestamptz
);
comment on table mail_hold is 'no row-level security: instants of a restore';
create unique index mail_hold_one on mail_hold ((true)) where released_at is null;
grant select on mail_hold to bokvar_worker;
grant update (released_at) on mail_hold to bokvar_worker;
alter table mail drop constraint mail_state_check,
  add constraint mail_state_check check (state in ('pending', 'sending', 'sent', 'refused', 'held', 'dropped'));
create index mail_held on mail (created_at) where state = 'held';

-- As 0018 has it; mail that is held is mail that does not get out, and a hold that is forgotten must be told of.
create or replace function due_undone() returns table (what text, due integer, oldest_seconds double precision)
language sql stable security definer set search_path = public as $$
  select 'work', count(*)::int, coalesce(extract(epoch from clock_now() - min(available_at)), 0)::float8
    from outbox where done_at is null and dead_at is null and topic <> 'mail.queued' and available_at <= clock_now()
  union all
  -- tried, and not yet done: counted from the day it was written, since each try moves the next one on
  select 'stuck', count(*)::int, coalesce(extract(epoch from clock_now() - min(created_at)), 0)::float8
    from outbox where done_at is null and dead_at is null and topic <> 'mail.queued' and attempts + postponed > 0
  union all
  select 'stages', count(*)::int, coalesce(extract(epoch from clock_now() - min(due_at)), 0)::float8
    from stage where fired_at is null and stopped_at is null and due_at <= clock_now()
  union all
  select 'alarms', count(*)::int, coalesce(extract(epoch from clock_now() - min(alarm_at)), 0)::float8
    from task where state = 'open' and alarm_at <= clock_now()
  union all
  select 'days', count(*)::int, coalesce(extract(epoch from clock_now() - min(passes_on)::timestamp at time zone 'Europe/Stockholm'), 0)::float8
    from arrears_case where state = 'open' and passes_on <= clock_today()
  union all
  select 'mails', count(*)::int, coalesce(extract(epoch from clock_now() - min(created_at)), 0)::float8
    from (select created_at from mail where state in ('pending', 'sending')
      union all select created_at from mail where state = 'held') m
$$;
