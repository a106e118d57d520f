-- Protected persons for a named group, and only what each role needs of its own committee's cases.

-- Who may see the cases of protected persons (OSL 21:3, 21:3 a, 22:1): named one by one in each committee. A row is never
-- taken away, so that it can be answered later who could see what, and who decided it.
create table protected_group (
  id uuid primary key default gen_random_uuid(),
  committee text not null references committee (code),
  person_id uuid not null references person (id),
  named_by uuid references person (id),
  named_at timestamptz not null default clock_now(),
  removed_by uuid references person (id),
  removed_at timestamptz,
  -- nobody lets themselves in
  constraint named_by_another check (named_by is null or named_by <> person_id)
);
create unique index protected_group_once on protected_group (committee, person_id) where removed_at is null;
grant select, insert on protected_group to bokvar_web;
grant update (removed_by, removed_at) on protected_group to bokvar_web;
grant select on protected_group to bokvar_worker, bokvar_sweeper;

create index arrears_case_protected on arrears_case (id) where protected;

-- Questions that a policy asks of tables which the one who asks may not read. They run as the worker, answer with ids,
-- and take everything from the transaction's own context.
create function hidden_cases() returns setof uuid language sql stable security definer set search_path = public
  as $$ select id from arrears_case where protected and not (committee = ctx('committee') and ctx('protected') = 'yes')
    union all select id from arrears_case c where restricted and not (committee = ctx('committee') and ctx('role') = 'supervisor')
      and assignee::text is distinct from ctx('person')
      and not exists (select 1 from assignment a where a.case_id = c.id and a.person_id::text = ctx('person') and a.state in ('active', 'accepted'))
      and not exists (select 1 from visit v where v.case_id = c.id and ctx('person') = any (v.visitors::text[]) and v.state <> 'cancelled')
      and not exists (select 1 from task t where t.case_id = c.id and t.assignee::text = ctx('person') and t.state = 'open')
      and not exists (select 1 from referral r where r.case_id = c.id and r.counsellor::text = ctx('person') and r.state in ('assigned', 'accepted'))
      and not exists (select 1 from break_glass b where b.opened_case = c.id and b.person_id::text = ctx('person') and b.until > clock_now()) $$;

-- What somebody has to do with: own visits, tasks of one's role and unit, referrals, what has been assigned.
create function related_cases() returns setof uuid language sql stable security definer set search_path = public as $$
  select case_id from visit where ctx('person') = any (visitors::text[]) and state <> 'cancelled'
  union select case_id from task where case_id is not null and role = ctx('role') and committee = ctx('committee')
    and (assignee::text = ctx('person') or assignee is null and (unit is null or unit = ctx('unit')))
  union select case_id from referral where state in ('assigned', 'accepted')
    and (counsellor::text = ctx('person') or counsellor is null and unit = ctx('unit'))
  union select case_id from assignment where state in ('active', 'accepted') and committee = ctx('committee')
    and (person_id::text = ctx('person') or person_id is null and unit = ctx('unit'))
  union select opened_case from break_glass where person_id::text = ctx('person') and committee = ctx('committee') and until > clock_now()
$$;

grant create on schema public to bokvar_worker;
alter function hidden_cases() owner to bokvar_worker;
alter function related_cases() owner to bokvar_worker;
revoke create on schema public from bokvar_worker;

-- Each of these is asked once per statement: in a policy they stand in a sub-select of their own, or every row would ask.
create function ctx_role_sees() returns boolean language sql stable
  as $$ select ctx('role') in ('caseworker', 'supervisor', 'system', 'visitor', 'counsellor') $$;
-- Visitors and counsellors see what they have to do with; the others what is their committee's.
create function ctx_sees_widely() returns boolean language sql stable
  as $$ select ctx('role') in ('caseworker', 'supervisor', 'system') $$;

-- Protected persons' cases are seen by the named group and by nobody else, whatever their role.
drop policy case_of_committee on arrears_case;
create policy case_of_committee on arrears_case for all to bokvar_web
  using (committee = (select ctx('committee')) and (select ctx_role_sees())
    and (not protected or (select ctx('protected')) = 'yes')
    and ((select ctx_sees_widely()) or id in (select related_cases())))
  with check (true);

create policy never_hidden on arrears_case as restrictive for all to bokvar_web
  using (id not in (select hidden_cases())) with check (true);

-- Whatever else lets a row be seen (a committee that was called in, a visitor, a registrar's question), what belongs to a
-- protected person's case is not: it would tell that there is one. A sender goes on seeing what it sent in itself.
do $$
declare name text;
begin
  for name in select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'case_id' and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relrowsecurity order by 1 loop
    execute format('create policy never_hidden on %I as restrictive for all to bokvar_web
      using (case_id is null or case_id not in (select hidden_cases()) %s) with check (true)', name,
      case when name in ('notice', 'eviction_notice') then 'or sender = (select ctx(''sender'')) and (select ctx(''role'')) <> ''registrar''' else '' end);
  end loop;
end $$;
drop policy never_hidden on case_likeness;
create policy never_hidden on case_likeness as restrictive for select to bokvar_web
  using (case_id not in (select hidden_cases()) and like_case_id not in (select hidden_cases()));

do $$
declare name text;
begin
  foreach name in array array['task', 'assignment', 'alert'] loop
    execute format('drop policy of_committee on %I', name);
    execute format('create policy of_committee on %I for all to bokvar_web
      using ((select ctx_role_sees()) and (
        committee = (select ctx(''committee'')) and ((select ctx_sees_widely()) or case_id is null or case_id in (select related_cases()))
        or exists (select 1 from arrears_case c where c.id = case_id))) with check (true)', name);
  end loop;
end $$;
drop policy of_registrar on task;
create policy of_registrar on task for all to bokvar_web
  using ((select ctx('role')) = 'registrar' and role = 'registrar' and committee = (select ctx('committee'))) with check (true);
-- A visit follows its case; its own visitors see it besides (0011).
drop policy of_committee on visit;
create policy of_committee on visit for all to bokvar_web
  using ((select ctx_role_sees()) and exists (select 1 from arrears_case c where c.id = case_id)) with check (true);
-- A counsellor sees the contacts of her committee in the cases that are referred to her.
drop policy of_committee on contact;
create policy of_committee on contact for select to bokvar_web
  using (committee = (select ctx('committee')) and (select ctx_role_sees())
    and ((select ctx_sees_widely()) or case_id in (select related_cases())));
-- Debt counselling is an activity of its own: of those to whom a case is referred, counsellors and their supervisors.
drop policy of_committee on referral;
create policy of_committee on referral for all to bokvar_web
  using (committee = (select ctx('committee')) and (select ctx('role')) in ('counsellor', 'supervisor', 'system')
      and ((select ctx('role')) <> 'counsellor' or counsellor::text = (select ctx('person')) or unit = (select ctx('unit')))
    or from_committee = (select ctx('committee')) and (select ctx_sees_widely())) with check (true);
drop policy of_committee on case_identity;
create policy of_committee on case_identity for select to bokvar_web
  using (committee = (select ctx('committee')) and (select ctx_role_sees()));
drop policy of_committee on client_question;
create policy of_committee on client_question for select to bokvar_web
  using ((select ctx('committee')) in (committee, asking) and (select ctx_sees_widely()));

-- What tells one key from another: a process with other keys than the database was written with must not start.
create table key_fingerprint (
  id text primary key,
  fingerprint bytea not null,
  noted_at timestamptz not null default clock_now()
);
comment on table key_fingerprint is 'no row-level security: hashes of keys';
grant select, insert on key_fingerprint to bokvar_web, bokvar_worker;
-- Rotation runs as the worker: seals anew, and empties what is made again.
grant update, delete on key_fingerprint to bokvar_worker;
grant select, update on notice_draft to bokvar_worker;
grant delete on client_register to bokvar_worker;
create index web_session_provider on web_session ((data ->> 'provider'), (data ->> 'sid'));
