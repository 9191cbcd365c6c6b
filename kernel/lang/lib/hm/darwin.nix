# lib.hm.darwin: intervals of launchd.
lib:
let
  names = [ "hourly" "daily" "weekly" "monthly" "semiannually" "annually" ];
  listed = builtins.concatStringsSep ", " names;
  midnight = { Hour = 0; Minute = 0; };
  month = Month: midnight // { inherit Month; Day = 1; };
  times = {
    hourly = [ { Minute = 0; } ];
    daily = [ midnight ];
    weekly = [ (midnight // { Weekday = 1; }) ];
    monthly = [ (midnight // { Day = 1; }) ];
    semiannually = [ (month 1) (month 7) ];
    annually = [ (month 1) ];
  };
in
{
  mkCalendarInterval = name: times.${name} or null;
  assertInterval = option: interval: pkgs: {
    assertion = !pkgs.stdenv.hostPlatform.isDarwin || builtins.elem interval names;
    message = "On Darwin, ${option} must be one of: ${listed}.";
  };
  intervalDocumentation = "On Darwin, it must be one of: ${listed}, which are implemented as defined in {manpage}`systemd.time(7)`.\n";
}
