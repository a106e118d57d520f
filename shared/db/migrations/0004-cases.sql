-- One case per household in trouble, and all that is done in it.

create sequence case_number_seq;

create function next_case_number() returns text language sql volatile
  as $$ select to_char(clock_now() at time zone 'Europe/Stockholm', 'YYYY') || '-' || lpad(nextval('case_number_seq')::text, 4, '0') $$;

-- How a household is recognised: a keyed hash of the identity number, or of name, address and apartment.
create table household_key (
  key bytea primary key,
  kind text not null check (kind in ('identity', 'enforcement', 'address')),
  household_id uuid not null
);
create index household_key_household on household_key (household_id);

create table arrears_case (
  id uuid primary key default gen_random_uuid(),
  number text not null unique default next_case_number(),
  household_id uuid not null,
  previous_case_id uuid references arrears_case (id),
  state text not null default 'open' check (state in ('open', 'closed', 'merged')),
  stage text not null,
  notice_type text not null,
  tenant_name text not null,
  address text not null,
  apartment text,
  postal_code text,
  city text,
  born_on date,
  children text not null default 'unknown' check (children in ('yes', 'no', 'unknown')),
  protected boolean not null default false,
  landlord_id uuid references landlord (id),
  landlord_name text not null,
  landlord_kind text not null default 'unknown',
  months_unpaid integer not null default 0,
  amount_owed bigint not null default 0,
  repeated boolean not null default false,
  -- the governing notice's own day, the day it reached us, the day of the latest event
  notified_on date not null,
  received_on date not null,
  event_on date,
  settled text,
  -- how many times the work has begun afresh: after all notices were settled, after an eviction was called off
  notice_turn integer not null default 1,
  eviction_turn integer not null default 1,
  -- what the ladders of escalation watch: the governing notice, and the event that set the eviction date
  watch_id uuid,
  watch_from timestamptz,
  eviction_id uuid,
  eviction_told_at timestamptz,
  recovery_last_day date,
  recovery_safe_day date,
  recovery_basis text,
  eviction_at timestamptz,
  eviction_day date,
  enforcement_number text,
  committee text not null references committee (code),
  unit text references unit (code),
  assignee uuid references person (id),
  routing_version integer references rule_version (id),
  routing_row integer,
  routing_reason_sv text,
  routing_reason_en text,
  routing_facts jsonb,
  routed_at timestamptz,
  planned_at timestamptz,
  facts jsonb not null default '{}',
  first_attempt_at timestamptz,
  first_contact_at timestamptz,
  outcome text,
  outcome_on date,
  closed_at timestamptz,
  closed_by uuid references person (id),
  version integer not null default 1,
  opened_at timestamptz not null default clock_now(),
  updated_at timestamptz not null default clock_now()
) with (fillfactor = 70);
-- Two notices for one household in the same millisecond give one case.
create unique index arrears_case_one_open on arrears_case (household_id) where state = 'open';
create index arrears_case_committee on arrears_case (committee, unit) where state = 'open';
create index arrears_case_name on arrears_case (lower(tenant_name) text_pattern_ops);
create index arrears_case_household on arrears_case (household_id);

alter table notice add constraint notice_in_case foreign key (case_id) references arrears_case (id);
alter table eviction_notice add constraint eviction_notice_in_case foreign key (case_id) references arrears_case (id);

-- A committee finds its own cases by identity number through its own keyed hash, and learns nothing of others'.
create table case_identity (
  committee text not null references committee (code),
  key bytea not null,
  case_id uuid not null references arrears_case (id),
  primary key (committee, key, case_id)
);

create table case_merge (
  id uuid primary key default gen_random_uuid(),
  from_case uuid not null references arrears_case (id),
  into_case uuid not null references arrears_case (id),
  -- ids of what was moved, so that it can be moved back
  moved jsonb,
  reason text not null,
  asked_by uuid references person (id),
  asked_at timestamptz not null default clock_now(),
  merged_at timestamptz,
  undo_asked_at timestamptz,
  undone_by uuid references person (id),
  undone_at timestamptz
);

create table assignment (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references arrears_case (id),
  committee text not null references committee (code),
  unit text references unit (code),
  person_id uuid references person (id),
  kind text not null check (kind in ('owner', 'joint', 'added')),
  state text not null default 'active' check (state in ('proposed', 'active', 'accepted', 'rejected', 'ended')),
  reason_sv text not null,
  reason_en text not null,
  routing_version integer references rule_version (id),
  routing_row integer,
  answer_by timestamptz,
  seen_at timestamptz,
  created_at timestamptz not null default clock_now(),
  ended_at timestamptz,
  ended_reason text
);
create index assignment_case on assignment (case_id);
create unique index assignment_once on assignment (case_id, kind, committee, coalesce(unit, '')) where state in ('active', 'accepted');

create table deadline (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references arrears_case (id),
  -- what started it: a notice, a Kronofogden case, or the case itself
  origin uuid not null,
  kind text not null,
  version integer not null default 1,
  raw_date date,
  last_day date,
  safe_day date,
  not_before date,
  not_before_alternative date,
  basis text not null,
  inputs jsonb not null,
  period_version text not null,
  source text not null,
  explanation_sv text not null,
  explanation_en text not null,
  state text not null default 'running' check (state in ('running', 'met', 'passed', 'stopped')),
  state_reason text,
  -- what moved, and by how many days, when a newer version took this one's place
  moved jsonb,
  computed_at timestamptz not null default clock_now(),
  superseded_at timestamptz
);
create unique index deadline_current on deadline (case_id, origin, kind) where superseded_at is null;

create table task (
  id uuid primary key default gen_random_uuid(),
  -- null for what could not be tied to a case yet: an unreadable file, work that failed for good
  case_id uuid references arrears_case (id),
  subject_id uuid,
  committee text not null references committee (code),
  unit text references unit (code),
  assignee uuid references person (id),
  template text not null,
  occurrence text not null,
  title_sv text not null,
  title_en text not null,
  role text not null,
  channel text,
  due_on date not null,
  due_at timestamptz not null,
  fast boolean not null default false,
  priority integer not null default 0,
  reason_sv text,
  reason_en text,
  state text not null default 'open' check (state in ('open', 'done', 'ended')),
  outcome text,
  note text,
  occurred_at timestamptz,
  completed_by uuid references person (id),
  completed_at timestamptz,
  ended_reason text,
  alarm_at timestamptz,
  alarm_step integer not null default 1,
  rule_version integer references rule_version (id),
  version integer not null default 1,
  created_at timestamptz not null default clock_now()
);
-- Planning twice adds nothing.
create unique index task_once on task (case_id, occurrence) nulls not distinct;
create index task_open on task (committee, due_at) where state = 'open';
create index task_assignee on task (assignee, due_at) where state = 'open' and assignee is not null;
create index task_unit on task (unit, due_at) where state = 'open';
create index task_alarm on task (alarm_at) where state = 'open' and alarm_at is not null;

-- A stage that must be noticed at an instant: the sweep finds it by the database's clock.
create table stage (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references arrears_case (id),
  subject_id uuid not null,
  trigger text not null,
  step integer not null,
  due_at timestamptz not null,
  urgency integer not null default 0,
  recipient text not null,
  fired_at timestamptz,
  late_seconds integer,
  stopped_at timestamptz,
  stop_reason text,
  rule_version integer references rule_version (id),
  created_at timestamptz not null default clock_now()
);
create unique index stage_once on stage (subject_id, trigger, step, due_at);
create index stage_due on stage (due_at) where fired_at is null and stopped_at is null;
create index stage_case on stage (case_id);

create table referral (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references arrears_case (id),
  from_committee text not null references committee (code),
  committee text not null references committee (code),
  unit text not null references unit (code),
  counsellor uuid references person (id),
  -- what a counsellor of another committee needs, and no more: that committee's case itself stays closed to her
  case_number text not null,
  tenant_name text not null,
  address text not null,
  state text not null default 'assigned' check (state in ('assigned', 'accepted', 'rejected', 'ended')),
  reasons jsonb not null,
  latest_day date,
  answer_by timestamptz not null,
  meet_by timestamptz not null,
  seen_at timestamptz,
  accepted_at timestamptz,
  rejected_reason text,
  rejected_by uuid references person (id),
  first_answer_at timestamptz,
  meeting_at timestamptz,
  ended_at timestamptz,
  ended_reason text,
  version integer not null default 1,
  created_at timestamptz not null default clock_now()
);
create unique index referral_one_open on referral (case_id) where state in ('assigned', 'accepted');
create index referral_counsellor on referral (counsellor, answer_by) where state in ('assigned', 'accepted');
create index referral_unit on referral (unit, answer_by) where state in ('assigned', 'accepted');

create table contact (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references arrears_case (id),
  task_id uuid references task (id),
  referral_id uuid references referral (id),
  committee text not null references committee (code),
  channel text not null,
  result text not null,
  -- a two-way contact, as the municipality's code list says of the result
  reached boolean not null default false,
  by_landlord boolean not null default false,
  neutral boolean not null default false,
  note text,
  occurred_at timestamptz not null,
  recorded_by uuid references person (id),
  recorded_at timestamptz not null default clock_now()
);
create index contact_case on contact (case_id, occurred_at);

-- Told to a person inside the service: what a supervisor or the duty list sees, and what must be answered.
create table alert (
  id uuid primary key default gen_random_uuid(),
  case_id uuid references arrears_case (id),
  committee text not null references committee (code),
  stage_id uuid references stage (id),
  subject_id uuid not null,
  trigger text not null,
  step integer not null,
  urgency integer not null,
  recipient text not null,
  person_id uuid references person (id),
  unit text references unit (code),
  text_sv text not null,
  text_en text not null,
  late_seconds integer not null default 0,
  -- how many like it this one alert speaks for
  count integer not null default 1,
  created_at timestamptz not null default clock_now(),
  seen_at timestamptz,
  seen_by uuid references person (id)
);
-- each step once
create unique index alert_once on alert (coalesce(stage_id, subject_id), trigger, step);
create index alert_case on alert (case_id);
create index alert_person on alert (person_id, created_at desc) where seen_at is null;

-- The case's diary: what happened, by whom. Texts come from the catalogue by code; nothing unfinished stands here.
create table timeline (
  id bigint generated always as identity primary key,
  case_id uuid not null references arrears_case (id),
  at timestamptz not null default clock_now(),
  kind text not null,
  actor text not null,
  detail jsonb not null default '{}'
);
create index timeline_case on timeline (case_id, id);

create table mail (
  id uuid primary key default gen_random_uuid(),
  once_key text not null unique,
  person_id uuid references person (id),
  landlord_id uuid references landlord (id),
  unit text references unit (code),
  template text not null,
  language text not null default 'sv',
  state text not null default 'pending' check (state in ('pending', 'sending', 'sent', 'refused')),
  sending_at timestamptz,
  sent_at timestamptz,
  last_error text,
  created_at timestamptz not null default clock_now()
);
create index mail_unsent on mail (created_at) where state in ('pending', 'sending');

grant usage on sequence case_number_seq to bokvar_worker;
grant select, insert, update on arrears_case, case_identity, case_merge, assignment, deadline, task, stage, referral, contact, alert, mail to bokvar_worker;
grant delete on case_identity to bokvar_worker;
grant select, insert on timeline, household_key to bokvar_worker;
grant update on household_key to bokvar_worker;
grant select on arrears_case, case_identity, case_merge, assignment, deadline, task, stage, referral, contact, alert, timeline to bokvar_web;
grant update on arrears_case, assignment, task, referral, alert, stage to bokvar_web;
grant insert on assignment, task, contact, timeline, mail to bokvar_web;
grant select on stage, task to bokvar_sweeper;
grant update (fired_at, late_seconds) on stage to bokvar_sweeper;
grant update (alarm_at) on task to bokvar_sweeper;
grant select on mail, stage to bokvar_watchdog;
grant insert on case_merge to bokvar_web;
grant update (undo_asked_at, undone_by) on case_merge to bokvar_web;
