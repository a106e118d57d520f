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

-- What would be left behind if a person ended: how many, and nothing else. An administrator sees no case.
create function open_work_of(leaving uuid) returns table (tasks integer, cases integer)
  language sql stable security definer set search_path = public as $$
  select (select count(*)::int from task where assignee = leaving and state = 'open'),
    (select count(*)::int from arrears_case where assignee = leaving and state = 'open')
  where ctx('role') = 'administrator' $$;

-- Hands all open work of a person to a colleague of the same committee, or (heir null) to nobody: then it stands as unowned
-- with its unit. What belongs to another committee, or to a protected person whom the heir may not see, is never given to
-- somebody who could not open it; it stands as unowned too. Gives back the ids to be told about, and no more.
create function hand_on_work(leaving uuid, heir uuid, why text) returns table (id uuid, what text)
  language plpgsql security definer set search_path = public as $$
declare
  place person;
  named boolean := exists (select 1 from protected_group g join person p on p.id = g.person_id and p.committee = g.committee
    where g.person_id = heir and g.removed_at is null);
begin
  if ctx('role') <> 'administrator' then return; end if;
  select * into place from person p where p.id = heir and p.active;
  perform 1 from arrears_case c where c.state = 'open' and (c.assignee = leaving
    or exists (select 1 from task t where t.case_id = c.id and t.assignee = leaving and t.state = 'open')) order by c.id for update;
  -- In a statement of its own, before the new ones: two owners at once is what the index forbids.
  update assignment a set state = 'ended', ended_at = clock_now(), ended_reason = why from arrears_case c
    where c.id = a.case_id and c.assignee = leaving and c.state = 'open' and a.kind = 'owner' and a.state in ('active', 'accepted');
  return query
  with given as (
    select c.id as case_id, c.committee, case when fits then place.unit else c.unit end as to_unit, case when fits then place.id end as to_person
    from arrears_case c, lateral (select place.id is not null and place.committee = c.committee and (named or not c.protected) as fits) f
    where c.assignee = leaving and c.state = 'open'
  ), moved as (
    update arrears_case c set assignee = g.to_person, unit = g.to_unit, version = c.version + 1, updated_at = clock_now()
    from given g where c.id = g.case_id
  ), fresh as (
    insert into assignment (case_id, committee, unit, person_id, kind, state, reason_sv, reason_en, created_at)
    select g.case_id, g.committee, g.to_unit, g.to_person, 'owner', 'active', why, why, clock_now() from given g
    returning assignment.id, assignment.case_id, assignment.person_id, assignment.unit, assignment.committee
  ), told as (
    insert into timeline (case_id, at, kind, actor, detail)
    select f.case_id, clock_now(), 'case.assigned', ctx('person'),
      jsonb_build_object('assignmentId', f.id, 'committee', f.committee, 'unit', f.unit, 'personId', f.person_id) from fresh f
  ) select f.id, 'assignment' from fresh f;
  return query
  with locked as (
    select t.id, t.case_id, t.unit, f.fits from task t left join arrears_case c on c.id = t.case_id, lateral (
      select place.id is not null and place.committee = t.committee and (named or not coalesce(c.protected, false)) as fits) f
    where t.assignee = leaving and t.state = 'open' order by t.id for update of t
  ), given as (
    update task t set assignee = case when l.fits then place.id end, unit = case when l.fits then place.unit else l.unit end,
      version = t.version + 1 from locked l where t.id = l.id returning t.id, t.case_id, t.assignee, t.unit
  ), told as (
    insert into timeline (case_id, at, kind, actor, detail)
    select g.case_id, clock_now(), 'task.moved', ctx('person'),
      jsonb_build_object('taskId', g.id, 'personId', g.assignee, 'unit', g.unit, 'reason', why)
    from given g where g.case_id is not null
  ) select g.id, 'task' from given g;
end $$;
grant create on schema public to bokvar_worker;
alter function open_work_of(uuid) owner to bokvar_worker;
alter function hand_on_work(uuid, uuid, text) owner to bokvar_worker;
revoke create on schema public from bokvar_worker;
revoke execute on function open_work_of(uuid), hand_on_work(uuid, uuid, text) from public;
grant execute on function open_work_of(uuid), hand_on_work(uuid, uuid, text) to bokvar_web;
