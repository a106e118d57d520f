-- Numbers that outgrow their width: lpad cuts what is longer, so the ten thousandth case of a database would get the
-- number of the thousandth, and no further case could be opened.
create or replace function next_case_number() returns text language plpgsql volatile as $$
  declare n text := nextval('case_number_seq')::text;
  begin return to_char(clock_now() at time zone 'Europe/Stockholm', 'YYYY') || '-' || lpad(n, greatest(4, length(n)), '0'); end $$;

create or replace function next_notice_number() returns text language plpgsql volatile as $$
  declare n text := nextval('notice_number_seq')::text;
  begin return 'M' || to_char(clock_now() at time zone 'Europe/Stockholm', 'YYYY') || '-' || lpad(n, greatest(5, length(n)), '0'); end $$;
