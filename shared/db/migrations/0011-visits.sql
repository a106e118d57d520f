-- Home visits: who goes when, what each case needs, the visit as it was made, and a calendar that tells nothing of anybody.

-- On what terms a unit's people go on visits. Loaded once from the municipality's sheet, changed here afterwards.
create table visit_team (
  unit text primary key references unit (code),
  organisation text not null,
  -- true: pairs with the visitors of any committee (the housing company's people)
  for_all boolean not null default false,
  visits_per_day integer not null check (visits_per_day between 1 and 20),
  visits_per_week integer not null check (visits_per_week between 1 and 60),
  -- pairs of local times, ["09:00-10:30"]
  day_times text[] not null,
  evening_times text[] not null default '{}',
  evenings integer[] not null default '{}',
  -- beginnings of postal codes; empty: the whole municipality
  areas text[] not null default '{}',
  updated_at timestamptz not null default clock_now()
);

-- One person's own terms in place of the unit's; null: as the unit.
create table visitor (
  person_id uuid primary key references person (id),
  goes boolean not null default true,
  visits_per_day integer check (visits_per_day between 1 and 20),
  visits_per_week integer check (visits_per_week between 1 and 60),
  weekdays integer[],
  evenings integer[],
  areas text[],
  updated_at timestamptz not null default clock_now()
);

-- When somebody is away, both days included; never why.
create table absence (
  id uuid primary key default gen_random_uuid(),
  person_id uuid not null references person (id),
  away_from date not null,
  away_to date not null check (away_to >= away_from),
  entered_by uuid references person (id),
  entered_at timestamptz not null default clock_now(),
  withdrawn_at timestamptz
);
create unique index absence_once on absence (person_id, away_from, away_to) where withdrawn_at is null;

-- What stands on the visit itself is what its visitors need and no more: the case may be another committee's.
alter table visit
  add column case_number text not null default '',
  add column tenant_name text not null default '',
  add column address text not null default '',
  add column postal_code text,
  add column protected boolean not null default false,
  add column reason_anyway text,
  add column purpose text,
  add column safety_note text,
  add column interpreter text,
  add column checked_in_at timestamptz,
  add column checked_out_at timestamptz,
  add column cancelled_at timestamptz,
  add column cancelled_by uuid references person (id),
  add column cancelled_reason text,
  -- a note to each part of the checklist
  add column notes jsonb not null default '{}',
  -- when the worker has done what follows from a result that another committee's visitor recorded
  add column followed_at timestamptz,
  add column version integer not null default 1;

-- Who is booked when: the database itself lets nobody be in two places.
create table visit_person (
  visit_id uuid not null references visit (id),
  person_id uuid not null references person (id),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  booked boolean not null default true,
  primary key (visit_id, person_id),
  -- A range of one number stands for the person: ranges are what an index can keep apart without an extension.
  constraint visit_person_once exclude using gist (
    int8range(hashtextextended(person_id::text, 0) / 2, hashtextextended(person_id::text, 0) / 2, '[]') with &&,
    tstzrange(starts_at, ends_at) with &&) where (booked)
);
create index visit_person_calendar on visit_person (person_id, starts_at) where booked;

-- What each adult at home answered at the door.
create table visit_adult (
  visit_id uuid not null references visit (id),
  place integer not null check (place between 1 and 12),
  adult text not null,
  answer text not null check (answer in ('yes', 'no', 'door-only')),
  answered_at timestamptz not null,
  noted_by uuid references person (id),
  primary key (visit_id, place)
);

-- The items of the checklist that are done.
create table visit_answer (
  visit_id uuid not null references visit (id),
  item text not null,
  done_by uuid references person (id),
  done_at timestamptz not null default clock_now(),
  primary key (visit_id, item)
);

-- A visit that a case's plan calls for, with the suggested pair and time, or the counted reason why there is none.
create table visit_need (
  id uuid primary key default gen_random_uuid(),
  task_id uuid not null unique references task (id),
  case_id uuid not null references arrears_case (id),
  committee text not null references committee (code),
  due_on date not null,
  state text not null default 'wanted' check (state in ('wanted', 'suggested', 'offered', 'lacking', 'booked', 'ended')),
  postal_code text,
  person_ids uuid[],
  starts_at timestamptz,
  ends_at timestamptz,
  -- whose visitors it is offered to, when the own have nobody
  offered_to text references committee (code),
  accepted_by uuid references person (id),
  -- KAPACITET is counted, also when a time was found later
  reason text,
  lacked_at timestamptz,
  looked_at timestamptz,
  created_at timestamptz not null default clock_now()
);
create index visit_need_unseen on visit_need (id) where looked_at is null and state <> 'ended';
create index visit_need_open on visit_need (committee, due_on) where state <> 'ended';
create index visit_need_case on visit_need (case_id);

-- How a committee's coming weeks look: how many visits are needed, how many there is room for, and what was told of it.
create table visit_forecast (
  id uuid primary key default gen_random_uuid(),
  committee text not null references committee (code),
  week date not null,
  needed integer not null,
  room integer not null,
  lacking integer not null default 0,
  told_lacking integer not null default 0,
  told_step integer not null default 0,
  told_on date,
  counted_at timestamptz not null,
  unique (committee, week)
);

-- Each day begins with a look at the plan: what was to be tomorrow is today.
create table visit_plan_day (
  day date primary key,
  begun_at timestamptz not null default clock_now()
);

-- A link to one's own calendar: only a hash of what the link says is kept, and it can be taken back.
create table calendar_feed (
  person_id uuid primary key references person (id),
  token_hash bytea not null unique,
  created_at timestamptz not null default clock_now()
);

-- A visit is also seen by its own visitors, whichever committee's case it is; of a protected person only by the named group.
create policy own_visits on visit for all to bokvar_web
  using ((not protected or (select ctx('protected')) = 'yes') and (select ctx('person')) = any (visitors::text[])
    and (select ctx('role')) in ('caseworker', 'supervisor', 'visitor', 'counsellor'))
  with check (true);

do $$
declare name text;
begin
  foreach name in array array['visit_person', 'visit_adult', 'visit_answer', 'visit_need', 'visit_forecast'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy worker_all on %I for all to bokvar_worker using (true) with check (true)', name);
  end loop;
  foreach name in array array['visit_adult', 'visit_answer'] loop
    execute format('create policy with_visit on %I for all to bokvar_web using (exists (select 1 from visit v where v.id = visit_id)) with check (true)', name);
  end loop;
end $$;

-- Staff see when colleagues are booked, never with whom.
create policy of_staff on visit_person for all to bokvar_web
  using ((select ctx('role')) in ('caseworker', 'supervisor', 'visitor', 'counsellor', 'system')) with check (true);
-- An offer shows another committee a time and an area; the case behind it stays closed to them.
create policy with_case on visit_need for all to bokvar_web
  using (exists (select 1 from arrears_case c where c.id = case_id) or offered_to = (select ctx('committee'))
    and (select ctx('role')) in ('caseworker', 'supervisor', 'visitor')) with check (true);
create policy of_committee on visit_forecast for select to bokvar_web
  using (committee = (select ctx('committee')) and (select ctx('role')) in ('caseworker', 'supervisor', 'visitor'));
create policy sweep on visit_need for all to bokvar_sweeper using (true) with check (true);

grant select on visit_team, visitor to bokvar_web, bokvar_worker;
grant insert, update on visit_team, visitor to bokvar_web;
grant select, insert, update on absence, visit_person to bokvar_web, bokvar_worker;
grant select, insert, update, delete on visit_adult, visit_answer to bokvar_web;
grant select on visit_adult to bokvar_worker;
grant select, update on visit_need to bokvar_web;
grant select, insert, update on visit_need, visit_forecast to bokvar_worker;
grant select on visit_forecast to bokvar_web;
grant select (id, looked_at, state), update (looked_at) on visit_need to bokvar_sweeper;
grant select, insert on visit_plan_day to bokvar_sweeper;
grant select, insert, update, delete on calendar_feed to bokvar_web;
grant update (absent_from, absent_to) on person to bokvar_worker;
