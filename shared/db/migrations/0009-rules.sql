-- The rules table in daily use: who is already a client, versions that two people stand behind, rehearsals that change nothing.

-- A committee's clients as it listed them last night, as hashes keyed for that committee: no other list can be held against it.
create table client_register (
  committee text not null references committee (code),
  key bytea not null,
  unit text references unit (code),
  caseworker text,
  -- since when the committee has listed the person: of several caseworkers, the one who has known them longest is asked first
  known_since timestamptz not null default clock_now()
);
create unique index client_register_once on client_register (committee, key, coalesce(unit, ''));

-- That the register was asked, why, and what it answered: yes or no and nothing more (SoL 15:8).
create table client_question (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references arrears_case (id),
  asked_by text not null,
  asking text not null references committee (code),
  committee text not null references committee (code),
  purpose text not null,
  answer boolean not null,
  asked_on date not null default clock_today(),
  asked_at timestamptz not null default clock_now()
);
-- Work that is done twice asks once; a new answer the same day is a new line.
create unique index client_question_once on client_question (case_id, committee, purpose, asked_on, answer);

do $$
declare name text;
begin
  foreach name in array array['client_register', 'client_question'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy worker_all on %I for all to bokvar_worker using (true) with check (true)', name);
  end loop;
end $$;
-- A committee writes and reads its own list; what was asked is read by the one that was asked and the one that asked.
create policy of_committee on client_register for all to bokvar_web using (ctx_sees(committee)) with check (ctx_sees(committee));
create policy of_committee on client_question for select to bokvar_web using (ctx_sees(committee) or ctx_sees(asking));
grant select on client_register to bokvar_worker;
grant select, insert, delete on client_register to bokvar_web;
grant select, insert on client_question to bokvar_worker;
grant select on client_question to bokvar_web;

-- How a proposed owner was answered: a declined proposal is no handing back, and a replaced one never owned.
alter table assignment add column decision text check (decision in ('confirmed', 'declined', 'superseded'));
alter table assignment add column decided_by uuid references person (id);
-- The values that a proposal spoke on; they become the case's own when the proposal is carried out.
alter table assignment add column routing_facts jsonb;

-- The version that an open case was deliberately moved to; it becomes the case's own when it has spoken.
alter table arrears_case add column moved_to_version integer references rule_version (id);

-- Why each committee that was screened does not take the case: the task is not done without it.
create table screening (
  task_id uuid not null references task (id),
  case_id uuid not null references arrears_case (id),
  committee text not null references committee (code),
  answer text not null check (answer in ('ours', 'not-ours')),
  reason text not null,
  screened_by uuid references person (id),
  screened_at timestamptz not null default clock_now(),
  primary key (task_id, committee),
  constraint not_ours_says_why check (answer = 'ours' or length(trim(reason)) > 0)
);
alter table screening enable row level security;
alter table screening force row level security;
create policy worker_all on screening for all to bokvar_worker using (true) with check (true);
create policy with_case on screening for all to bokvar_web using (exists (select 1 from arrears_case c where c.id = case_id)) with check (true);
grant select, insert on screening to bokvar_web;
grant select on screening to bokvar_worker;

-- Versions. A draft has no day yet; the examples that a rules table must answer rightly travel with it.
alter table rule_version alter column valid_from drop not null;
alter table rule_version alter column state set default 'draft';
alter table rule_version add column examples text;
alter table rule_version add column based_on integer references rule_version (id);
alter table rule_version add column reviewed_at timestamptz;
alter table rule_version add column published_at timestamptz;
alter table rule_version add constraint published_from_a_day check (state <> 'published' or valid_from is not null);
-- Two people stand behind every change; what was loaded from the municipality's files has no author here.
alter table rule_version add constraint reviewed_by_another check (reviewed_by is null or reviewed_by <> created_by);
alter table rule_version add constraint reviewed_before_published
  check (created_by is null or state not in ('reviewed', 'published') or reviewed_by is not null);
alter table rule_version add constraint made_by_somebody check (created_by is not null or version = 1);
-- The text of a version never changes: cases point at it, and it is read once per process.
revoke update on rule_version from bokvar_web;
grant update (state, valid_from, note, reviewed_by, reviewed_at, published_by, published_at) on rule_version to bokvar_web;

-- A dry run of a draft over past cases. Counts are the draft's; which cases they are is seen by whoever may see the case.
create table rehearsal (
  id uuid primary key default gen_random_uuid(),
  rule_version_id integer not null references rule_version (id),
  against_id integer not null references rule_version (id),
  from_day date not null,
  to_day date not null,
  asked_by uuid references person (id),
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done')),
  done integer not null default 0,
  total integer not null default 0,
  result jsonb,
  created_at timestamptz not null default clock_now(),
  finished_at timestamptz,
  check (from_day <= to_day)
);
create index rehearsal_version on rehearsal (rule_version_id, created_at);

create table rehearsal_case (
  rehearsal_id uuid not null references rehearsal (id),
  case_id uuid not null references arrears_case (id),
  before_owner text not null,
  before_row integer,
  after_owner text not null,
  after_row integer,
  primary key (rehearsal_id, case_id)
);
alter table rehearsal_case enable row level security;
alter table rehearsal_case force row level security;
create policy worker_all on rehearsal_case for all to bokvar_worker using (true) with check (true);
create policy with_case on rehearsal_case for select to bokvar_web using (exists (select 1 from arrears_case c where c.id = case_id));
grant select, insert on rehearsal to bokvar_web;
grant select, update on rehearsal to bokvar_worker;
grant select on rehearsal_case to bokvar_web;
grant select, insert, delete on rehearsal_case to bokvar_worker;
