-- Figures without persons: only counts leave this function, so whoever reads statistics needs no right to any case.

create function case_figures(from_day date, to_day date, of_committee text, met_results text[])
  returns table (month text, family boolean, days_to_contact integer, met boolean, outcome text, cause text, cases integer)
  language sql stable security definer set search_path = public as $$
  with read as (
    select to_char(c.opened_at at time zone 'Europe/Stockholm', 'YYYY-MM') as month, c.children = 'yes' as family,
      -- greatest() passes over null: without the case nobody reached would count as reached at once
      case when c.first_contact_at is not null
        then greatest(0, (c.first_contact_at at time zone 'Europe/Stockholm')::date - c.received_on) end as days_to_contact,
      exists (select 1 from visit v where v.case_id = c.id and v.state = 'done' and v.outcome = any (met_results))
        or exists (select 1 from referral r where r.case_id = c.id and r.meeting_at <= clock_now()) as met,
      c.outcome, c.facts ->> 'cause' as cause
    from arrears_case c
    where c.opened_at >= from_day::timestamp at time zone 'Europe/Stockholm'
      and c.opened_at < (to_day + 1)::timestamp at time zone 'Europe/Stockholm'
      and c.state <> 'merged' and not c.protected
      and (of_committee is null or c.committee = of_committee)
      -- a supervisor's figures are the own committee's; the municipality's as a whole are for those who see no case
      and (ctx('role') in ('statistician', 'administrator') or ctx('role') = 'supervisor' and c.committee = ctx('committee')))
  select month, family, case when days_to_contact is not null then least(days_to_contact, 99) end, met, outcome, cause, count(*)::integer
  from read group by 1, 2, 3, 4, 5, 6 $$;
grant create on schema public to bokvar_worker;
alter function case_figures(date, date, text, text[]) owner to bokvar_worker;
revoke create on schema public from bokvar_worker;
revoke execute on function case_figures(date, date, text, text[]) from public;
grant execute on function case_figures(date, date, text, text[]) to bokvar_web;
create index arrears_case_opened on arrears_case using brin (opened_at);

-- The last weeks' work of a committee: what came, what was done, and what was late when the week ended.
create index task_created on task using brin (created_at);
