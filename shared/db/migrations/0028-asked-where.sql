-- A notice whose postal code lies outside the municipality waits in the registry's inbox, put there by the worker that joins
-- notices to cases: one digit wrong must not cost a home.
grant insert on inbox_item to bokvar_worker;
