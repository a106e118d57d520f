-- What a person waits for must not grow with the archive: the order of the worklist, and a name that an index can find.

create index task_order on task (committee, due_on, priority desc, due_at, id) where state = 'open';

-- Under row-level security only comparisons known not to leak use an index: lower() and LIKE read the whole table.
alter table arrears_case add column name_key text generated always as (lower(tenant_name)) stored;
drop index arrears_case_name;
create index arrears_case_name on arrears_case (name_key text_pattern_ops);

-- When a case changes hands its keys for search go with it: found by the case, not by reading everybody's.
create index case_identity_case on case_identity (case_id);

-- Whether a plan of all visits waits already, asked each second by the sweep.
create index outbox_visit_plan on outbox (topic) where topic = 'visit-plan.due' and done_at is null and dead_at is null;
grant select (topic, done_at, dead_at) on outbox to bokvar_sweeper;
