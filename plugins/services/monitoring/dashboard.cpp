// A page for machines: processor, memory, disks, units that failed, logs.
#include "plugins/services/monitoring/dashboard.hpp"

namespace monitoring {

fleet::Expr dashboards() {
  return fleet::expr(R"nix((
  let
    mimir = { type = "prometheus"; uid = "mimir"; };
    loki = { type = "loki"; uid = "loki"; };
    panel = type: title: x: y: w: h: more: { inherit type title; gridPos = { inherit x y w h; }; } // more;
    measured = unit: expr: legend: {
      datasource = mimir;
      targets = [ { refId = "A"; datasource = mimir; inherit expr; legendFormat = legend; } ];
      fieldConfig = { defaults = { inherit unit; min = 0; }; overrides = [ ]; };
    };
  in
  pkgs.writeTextDir "fleet.json" (builtins.toJSON {
    uid = "fleet-machines";
    title = "Machines";
    schemaVersion = 39;
    refresh = "30s";
    time = { from = "now-3h"; to = "now"; };
    templating.list = [
      {
        name = "instance"; label = "Machine"; type = "query"; datasource = mimir;
        query = "label_values(node_memory_MemTotal_bytes, instance)";
        refresh = 2; multi = true; includeAll = true; allValue = ".+";
        current = { text = "All"; value = "$__all"; };
      }
    ];
    panels = [
      (panel "timeseries" "Processor" 0 0 12 8 (measured "percentunit"
        "1 - avg by (instance) (rate(node_cpu_seconds_total{mode=\"idle\", instance=~\"$instance\"}[5m]))" "{{instance}}"))
      (panel "timeseries" "Memory in use" 12 0 12 8 (measured "percentunit"
        "1 - node_memory_MemAvailable_bytes{instance=~\"$instance\"} / node_memory_MemTotal_bytes" "{{instance}}"))
      (panel "timeseries" "Disks, how full" 0 8 12 8 (measured "percentunit"
        "1 - node_filesystem_avail_bytes{instance=~\"$instance\", fstype!~\"tmpfs|ramfs|overlay\"} / node_filesystem_size_bytes" "{{instance}} {{mountpoint}}"))
      (panel "table" "Units that failed" 12 8 12 8 {
        datasource = mimir;
        targets = [ { refId = "A"; datasource = mimir; instant = true; format = "table";
          expr = "sum by (instance, name) (nixos_systemd_unit_state{state=\"failed\", instance=~\"$instance\"}) > 0"; } ];
      })
      (panel "logs" "Logs" 0 16 24 12 {
        datasource = loki;
        targets = [ { refId = "A"; datasource = loki; expr = "{instance=~\"$instance\"}"; } ];
      })
    ];
  })
))nix");
}

}  // namespace monitoring
