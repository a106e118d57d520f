-- What the administrators' last pages need: letters, visit teams and meeting series as tables in versions, a meeting
-- series that has ended, and an arrival that was written in wrongly and is put right with its reason.

alter table rule_version drop constraint rule_version_kind_check;
alter table rule_version add constraint rule_version_kind_check
  check (kind in ('routing', 'tasks', 'escalation', 'codes', 'checklist', 'committees', 'units', 'settings', 'letters', 'visit-teams', 'meetings'));

-- Publishing the sheet makes the teams and series what it says. A series that has ended keeps its name in old meetings.
alter table meeting_series add column active boolean not null default true;
grant insert, update on meeting_series to bokvar_web;
grant delete on visit_team to bokvar_web;

-- When a document reached the municipality is what periods count from: a wrong time is never written over unseen.
create table inbox_correction (
  id uuid primary key default gen_random_uuid(),
  item_id uuid not null references inbox_item (id),
  before_at timestamptz not null,
  after_at timestamptz not null check (after_at <> before_at),
  reason text not null check (length(trim(reason)) > 0),
  corrected_by uuid references person (id),
  corrected_at timestamptz not null default clock_now()
);
create index inbox_correction_item on inbox_correction (item_id, corrected_at);
alter table inbox_correction enable row level security;
alter table inbox_correction force row level security;
create policy worker_all on inbox_correction for all to bokvar_worker using (true) with check (true);
create policy with_item on inbox_correction for all to bokvar_web
  using (exists (select 1 from inbox_item i where i.id = item_id)) with check (exists (select 1 from inbox_item i where i.id = item_id));
grant select, insert on inbox_correction to bokvar_web;
grant select on inbox_correction to bokvar_worker;
create policy erase on inbox_correction for all to bokvar_eraser using (true) with check (true);
grant select, delete on inbox_correction to bokvar_eraser;
