-- The weeks of visits are planned when what is being planned has been, or when a need has waited a minute.
grant select (created_at) on visit_need to bokvar_sweeper;
grant select (available_at) on outbox to bokvar_sweeper;
