-- What people do in a case: home visits, a log of who read what and why, and what each role may see of them.

create table visit (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references arrears_case (id),
  task_id uuid references task (id),
  committee text not null references committee (code),
  state text not null default 'booked' check (state in ('booked', 'done', 'cancelled')),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  visitors uuid[] not null,
  announced boolean not null default true,
  -- why a visit is not announced
  reason text,
  outcome text,
  consent_given boolean,
  note text,
  booked_by uuid references person (id),
  booked_at timestamptz not null default clock_now(),
  recorded_by uuid references person (id),
  recorded_at timestamptz
);
create index visit_case on visit (case_id, starts_at);
create index visit_visitors on visit using gin (visitors) where state = 'booked';
-- The same booking sent twice is one booking.
create unique index visit_once on visit (case_id, starts_at) where state = 'booked';

-- Who read or looked for what, and why; only ever added to, and read by those who review the log.
create table access_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_now(),
  actor text not null,
  role text not null,
  committee text,
  action text not null,
  subject_id uuid,
  purpose text,
  found integer
);
create index access_log_subject on access_log (subject_id, at);
create index access_log_actor on access_log (actor, at);

alter table visit enable row level security;
alter table visit force row level security;
create policy worker_all on visit for all to bokvar_worker using (true) with check (true);
create policy of_committee on visit for all to bokvar_web
  using (ctx_sees(committee) or exists (select 1 from arrears_case c where c.id = case_id)) with check (true);
-- What follows from an answer follows once; set when the worker has done it.
alter table task add column followed_at timestamptz;

-- A counsellor sees the contacts she made in another committee's case.
create policy of_committee on contact for select to bokvar_web using (ctx_sees(committee));
-- A registrar works the inbox: the tasks of that role, never the case behind them.
create policy of_registrar on task for all to bokvar_web
  using (ctx('role') = 'registrar' and role = 'registrar' and committee = ctx('committee')) with check (true);

grant select, insert, update on visit to bokvar_web, bokvar_worker;
grant insert on access_log to bokvar_web;
grant select on access_log to bokvar_auditor;

-- What the boards count by.
create index arrears_case_clock on arrears_case (committee, recovery_safe_day) where state = 'open';
create index arrears_case_untried on arrears_case (committee) where state = 'open' and first_attempt_at is null;
create index alert_unread on alert (committee) where seen_at is null;

-- The newest migration this database has: a process that needs a newer one must not start. The role that asks may not
-- read the migrator's own table, hence the owner's rights; the function tells a name and nothing else.
create function schema_version() returns text language plpgsql stable security definer set search_path = public
  as $$ begin return (select max(name) from kysely_migration); end $$;
