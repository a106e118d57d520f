-- What takes two persons is held by the database too; and the watchdog sees where the chains of the audit log end.

-- One asks, and only as herself; another answers, and only as herself; the asker alone marks as done what was approved.
drop policy of_committee on approval;
create policy of_committee on approval for select to bokvar_web
  using (committee = (select ctx('committee')) and (select ctx('role')) in ('caseworker', 'supervisor')
    and (case_id is null or exists (select 1 from arrears_case c where c.id = case_id)));
create policy asked on approval for insert to bokvar_web
  with check (committee = ctx('committee') and ctx('role') in ('caseworker', 'supervisor')
    and asked_by::text = ctx('person') and state = 'asked' and decided_by is null);
create policy answered on approval for update to bokvar_web
  using (committee = (select ctx('committee')) and (select ctx('role')) in ('caseworker', 'supervisor')
    and (case_id is null or exists (select 1 from arrears_case c where c.id = case_id)))
  with check (committee = ctx('committee')
    and (decided_by::text = ctx('person') or asked_by::text = ctx('person') and state = 'done' and decided_by is not null));

-- A reviewer judges an opening of the own committee, as herself; she opens nothing.
drop policy reviewed on break_glass;
create policy reviewed on break_glass for select to bokvar_web
  using ((select ctx('role')) = 'log-reviewer' and committee = (select ctx('committee')));
create policy judged on break_glass for update to bokvar_web
  using ((select ctx('role')) = 'log-reviewer' and committee = (select ctx('committee')))
  with check (reviewed_by::text = ctx('person') and committee = ctx('committee'));

-- A salted hash of a home is soon guessed by whoever knows the town's streets: each committee's reviewer has its own staff's.
drop policy of_reviewer on staff_home;
create policy of_reviewer on staff_home for all to bokvar_web
  using ((select ctx('role')) = 'log-reviewer'
    and exists (select 1 from person p where p.id = person_id and p.committee = (select ctx('committee'))))
  with check (ctx('role') = 'log-reviewer'
    and exists (select 1 from person p where p.id = person_id and p.committee = ctx('committee')));

-- Whoever names a colleague for protected persons does it as herself, in the own committee; the demo's are named by its owner.
create function named_by_whoever_acts() returns trigger language plpgsql as $$ begin
  if current_user = 'bokvar_web' and (ctx('role') <> 'supervisor' or new.committee <> ctx('committee')
      or new.named_by::text is distinct from ctx('person')) then
    raise exception 'named by somebody else' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger named_by_whoever_acts before insert on protected_group for each row execute function named_by_whoever_acts();

-- The ends of the chains, kept by a process outside: a log that is cut off, thrown away or written anew from a point on is
-- whole in itself, and only somebody who remembers its end can tell. Hashes and places, and nothing of what was done.
do $$
declare name text;
begin
  foreach name in array array['audit_head', 'audit_entry'] loop
    execute format('create policy watch on %I for select to bokvar_watchdog using (true)', name);
    execute format('grant select (lane, seq, hash) on %I to bokvar_watchdog', name);
  end loop;
end $$;

-- The web tells, and asks how long the oldest has waited; which cases there is work with is not its to read.
revoke select on outbox from bokvar_web;
grant select (available_at, done_at, dead_at) on outbox to bokvar_web;

-- A sender's keys and the answers they got are the sender's own.
alter table intake_key enable row level security;
alter table intake_key force row level security;
create policy own on intake_key for all to bokvar_web
  using (sender = (select ctx('sender'))) with check (sender = ctx('sender'));
create policy erase on intake_key for all to bokvar_eraser using (true) with check (true);
