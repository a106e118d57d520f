-- What a board counts of ten thousand open cases, it reads from an index, and its weeks from what happened in them.

-- All that the board and its policies ask of an open task, so that counting need not fetch the row.
drop index task_open;
create index task_open on task (committee, due_at) include (due_on, unit, assignee, case_id, role) where state = 'open';

-- Twelve weeks of the trend, without the archive behind them; when a task came is told by 0020.
create index task_completed on task (completed_at) where completed_at is not null;
