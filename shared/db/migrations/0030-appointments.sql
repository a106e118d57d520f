-- Whoever ends leaves no appointment behind either: booked home visits and referrals are counted, and go where tasks and
-- cases go. As in 0021 an administrator gets numbers and ids to be told about, and sees no case.
drop function open_work_of(uuid);
create function open_work_of(leaving uuid) returns table (tasks integer, cases integer, visits integer, referrals integer)
  language sql stable security definer set search_path = public, pg_temp as $$
  select (select count(*)::int from task where assignee = leaving and state = 'open'),
    (select count(*)::int from arrears_case where assignee = leaving and state = 'open'),
    (select count(*)::int from visit where leaving = any(visitors) and state = 'booked' and checked_in_at is null and ends_at > clock_now()),
    (select count(*)::int from referral where counsellor = leaving and state in ('assigned', 'accepted'))
  where ctx('role') = 'administrator' $$;

-- Every case that the handing on touches, in one order: two who end at once must not wait for each other.
create function lock_work_of(leaving uuid) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if ctx('role') <> 'administrator' then return; end if;
  perform 1 from arrears_case c where c.id in (
    select id from arrears_case where assignee = leaving and state = 'open'
    union select case_id from task where assignee = leaving and state = 'open'
    union select case_id from visit where leaving = any(visitors) and state = 'booked'
    union select case_id from referral where counsellor = leaving and state in ('assigned', 'accepted')) order by c.id for update;
end $$;

-- A visit goes to the heir who may see the case, is of its committee, is at work that day and free then; else it is called
-- off with the reason, for nobody goes alone. A referral goes to a counsellor of its committee; else it is given back, and passed on as
-- any other that is: to the next counsellor with the clocks it had, or to the supervisor.
create function hand_on_appointments(leaving uuid, heir uuid, why text) returns table (id uuid, what text, to_heir boolean)
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  place person;
  named boolean := exists (select 1 from protected_group g join person p on p.id = g.person_id and p.committee = g.committee
    where g.person_id = heir and g.removed_at is null);
  one record;
  fits boolean;
  moved boolean := false;
begin
  if ctx('role') <> 'administrator' then return; end if;
  select * into place from person p where p.id = heir and p.active;
  for one in select v.id, v.case_id, v.committee, v.starts_at, v.ends_at, v.visitors, c.protected
      from visit v join arrears_case c on c.id = v.case_id
      where leaving = any(v.visitors) and v.state = 'booked' and v.checked_in_at is null and v.ends_at > clock_now() order by v.id for update of v loop
    fits := place.id is not null and place.committee = one.committee and (named or not one.protected) and not place.id = any(one.visitors)
      and not exists (select 1 from visitor w where w.person_id = place.id and not w.goes)
      and not exists (select 1 from visit_person b where b.person_id = place.id and b.booked
        and tstzrange(b.starts_at, b.ends_at) && tstzrange(one.starts_at, one.ends_at))
      and not exists (select 1 from absence a where a.person_id = place.id and a.withdrawn_at is null
        and (one.starts_at at time zone 'Europe/Stockholm')::date between a.away_from and a.away_to);
    if fits then
      update visit v set visitors = array_replace(v.visitors, leaving, heir), version = v.version + 1 where v.id = one.id;
      update visit_person b set person_id = heir where b.visit_id = one.id and b.person_id = leaving;
    else
      update visit v set state = 'cancelled', cancelled_at = clock_now(), cancelled_by = ctx('person')::uuid, cancelled_reason = why,
        version = v.version + 1 where v.id = one.id;
      update visit_person b set booked = false where b.visit_id = one.id;
    end if;
    insert into timeline (case_id, at, kind, actor, detail) values (one.case_id, clock_now(),
      case when fits then 'visit.rebooked' else 'visit.cancelled' end, ctx('person'),
      jsonb_build_object('visitId', one.id, 'startsAt', one.starts_at));
    moved := moved or fits;
    return query select one.id, 'visit', fits;
  end loop;
  for one in select r.id, r.case_id, r.committee, c.protected from referral r join arrears_case c on c.id = r.case_id
      where r.counsellor = leaving and r.state in ('assigned', 'accepted') order by r.id for update of r loop
    fits := coalesce(place.role = 'counsellor' and place.committee = one.committee and (named or not one.protected), false);
    update counselling_slot s set referral_id = null, booked_at = null where s.referral_id = one.id and s.starts_at > clock_now();
    if fits then
      -- A meeting that the tenant has been promised stands, with the new counsellor.
      update referral r set counsellor = heir, unit = place.unit, seen_at = null, version = r.version + 1 where r.id = one.id;
    else
      update referral r set state = 'rejected', rejected_reason = why, rejected_by = leaving, ended_at = clock_now(), version = r.version + 1
        where r.id = one.id;
    end if;
    insert into timeline (case_id, at, kind, actor, detail) values (one.case_id, clock_now(),
      case when fits then 'referral.passed-on' else 'referral.rejected' end, ctx('person'), jsonb_build_object('referralId', one.id));
    moved := moved or fits;
    return query select one.id, 'referral', fits;
  end loop;
  if moved then
    -- One mail an hour, as for tasks.
    return query insert into mail (once_key, template, person_id, created_at)
      values (format('task-moved %s %s', heir, to_char(clock_now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24')), 'work-moved', heir, clock_now())
      on conflict (once_key) do nothing returning mail.id, 'mail', true;
  end if;
end $$;
grant create on schema public to bokvar_worker;
alter function open_work_of(uuid) owner to bokvar_worker;
alter function lock_work_of(uuid) owner to bokvar_worker;
alter function hand_on_appointments(uuid, uuid, text) owner to bokvar_worker;
revoke create on schema public from bokvar_worker;
revoke execute on function open_work_of(uuid), lock_work_of(uuid), hand_on_appointments(uuid, uuid, text) from public;
grant execute on function open_work_of(uuid), lock_work_of(uuid), hand_on_appointments(uuid, uuid, text) to bokvar_web;
