-- What the law engine keeps: corrected notices beside what they correct, a person's word on a restart, the next day that passes.

-- A repeat has the same identity and the same content; other content is a correction, stored beside the first version.
alter table notice
  add column content_key bytea not null default '',
  add column corrects uuid references notice (id);
alter table notice alter column content_key drop default;

-- The next day on which a running date of the case will have passed: one index entry per case, not one per date.
alter table arrears_case add column passes_on date;
create index arrears_case_passes on arrears_case (passes_on) where state = 'open';

-- Whether the period began anew with a corrected or second notice. Only ever added to; the latest word counts.
create table restart_decision (
  id bigint generated always as identity primary key,
  case_id uuid not null references arrears_case (id),
  -- the notice, or the update that corrected one
  origin uuid not null,
  confirmed boolean not null,
  reason text not null,
  decided_by uuid references person (id),
  decided_at timestamptz not null default clock_now()
);
create index restart_decision_case on restart_decision (case_id, id);
alter table restart_decision enable row level security;
alter table restart_decision force row level security;
create policy worker_all on restart_decision for all to bokvar_worker using (true) with check (true);
create policy with_case on restart_decision for all to bokvar_web
  using (exists (select 1 from arrears_case c where c.id = case_id)) with check (true);

-- Which law dates have been counted with; a new fingerprint recomputes every open case, once.
create table law_version (
  id integer generated always as identity primary key,
  fingerprint text not null,
  cases integer not null,
  seen_at timestamptz not null default clock_now()
);

-- The sweeper learns which case has a date that has passed, and nothing else of it.
create policy sweep on arrears_case for all to bokvar_sweeper using (true) with check (true);
grant select (id, state, passes_on), update (passes_on) on arrears_case to bokvar_sweeper;

grant select on restart_decision to bokvar_worker;
grant select, insert on restart_decision to bokvar_web;
grant select, insert on law_version to bokvar_worker;
