-- Papers of the inbox tell of people before there is a case: who reads one leaves a line too.
create or replace function audit_subjects(ids uuid[]) returns uuid[] language sql stable security definer set search_path = public, pg_temp
  as $$ select coalesce(array_agg(distinct subject order by subject), '{}') from (
    select id as subject from arrears_case where id = any(ids)
    union all select coalesce(case_id, id) from task where id = any(ids)
    union all select coalesce(case_id, id) from notice where id = any(ids)
    union all select coalesce(case_id, id) from eviction_notice where id = any(ids)
    union all select coalesce(n.case_id, e.case_id, i.id) from inbox_item i left join notice n on n.id = i.notice_id
      left join eviction_notice e on e.id = i.eviction_notice_id where i.id = any(ids)
    union all select case_id from referral where id = any(ids)) found $$;
create policy keep on inbox_item for select to bokvar_keeper using (true);
grant select on inbox_item to bokvar_keeper;

-- The person's own excerpt tells of it too, also of what was read before the paper became a notice.
create or replace function audit_excerpt(wanted text) returns table (at timestamptz, actor text, role text, committee text, action text, door text, purpose text)
  language sql stable security definer set search_path = public, pg_temp
  as $$ select e.at, coalesce(p.name, e.actor), e.role, e.committee, e.action, e.door, e.purpose
    from arrears_case c join audit_entry e on e.subject_ids && (array[c.id] || array(select n.id from notice n where n.case_id = c.id)
        || array(select n.id from eviction_notice n where n.case_id = c.id)
        || array(select i.id from inbox_item i join notice n on n.id = i.notice_id where n.case_id = c.id)
        || array(select i.id from inbox_item i join eviction_notice n on n.id = i.eviction_notice_id where n.case_id = c.id))
      left join person p on p.id::text = e.actor
    where c.number = wanted and c.committee = ctx('committee') and ctx('role') in ('log-reviewer', 'registrar')
      and (not c.protected or ctx('role') = 'log-reviewer' or ctx('protected') = 'yes')
      and (e.committee = c.committee or e.committee is null)
    order by e.at $$;

-- A temporary table of the caller's is looked for before the schema unless it is named last: with a `visit` of one's own
-- one would have been related to any case. And what answers with ids of cases is the web's to ask, nobody else's.
do $$
declare name regprocedure;
begin
  for name in select oid from pg_proc where pronamespace = 'public'::regnamespace and prosecdef loop
    execute format('alter function %s set search_path = public, pg_temp', name);
  end loop;
end $$;
revoke execute on function hidden_cases(), related_cases(), asked_cases() from public;
grant execute on function hidden_cases(), related_cases(), asked_cases() to bokvar_web;
