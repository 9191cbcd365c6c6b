// Alloy: units and the system are measured, the journal is read, both are sent to the server.
#include "plugins/services/monitoring/alloy.hpp"

namespace monitoring {

namespace {

// A text as Alloy writes it.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + "\"";
}

std::string escapedUnit(const std::string& name) {
  std::string out;
  for (const char c : name) {
    if (c == '.') out += '\\';
    out += c;
  }
  return out;
}

// A regular expression for the units that are watched.
fleet::Value units(const Units& units) {
  if (units.kind == "all") return ".+";
  if (units.kind == "nixos")
    return fleet::expr(
        "lib.concatMapStringsSep \"|\" (name: lib.replaceStrings [ \".\" \"\\\\\" ] [ \"\\\\.\" \"\\\\\\\\\" ] name + "
        "\"\\\\.service\") (lib.attrNames (lib.filterAttrs (_: unit: unit.wantedBy != [ ]) config.systemd.services))");
  std::string out;
  for (const auto& name : units.names) out += (out.empty() ? "" : "|") + escapedUnit(name);
  return out;
}

std::string credentials(const char* store) {
  const std::string name = store;
  return "    basic_auth {\n      username = \"" + name +
         "\"\n      password_file = \"/run/credentials/alloy.service/" + name + "-password\"\n    }\n";
}

std::string rules(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& one : all) out += "  " + one + "\n";
  return out;
}

std::string rule(const char* from, const char* to) {
  return std::string("  rule {\n    source_labels = [\"") + from + "\"]\n    target_label = \"" + to + "\"\n  }\n";
}

}  // namespace

fleet::Text alloyConfig(const ClientSettings& settings, const std::string& machine, const std::string& server) {
  const std::string base = (settings.useSSL ? "https://" : "http://") + server;
  const auto& relabel = settings.loki.journal.relabelRules;
  // The regular expression stands between backquotes, where nothing is escaped.
  return fleet::text(
      "prometheus.exporter.unix \"system\" {\n  enable_collectors = [\"systemd\"]\n  systemd {\n    unit_include = `^(",
      units(settings.monitoredSystemdServices),
      ")$`\n  }\n}\n\nprometheus.scrape \"system\" {\n  targets = prometheus.exporter.unix.system.targets\n"
      "  forward_to = [prometheus.remote_write.mimir.receiver]\n}\n\n"
      "prometheus.remote_write \"mimir\" {\n  external_labels = { host = " +
          quoted(machine) + " }\n  endpoint {\n    url = " + quoted(base + "/mimir/api/v1/push") + "\n" +
          credentials("mimir") + "  }\n}\n\nloki.relabel \"journal\" {\n  forward_to = []\n" +
          rules(relabel.beforeNormalization) + rule("__journal__systemd_unit", "unit") +
          rule("__journal_priority_keyword", "level") + rules(relabel.afterNormalization) +
          "}\n\nloki.source.journal \"journal\" {\n  relabel_rules = loki.relabel.journal.rules\n"
          "  forward_to = [loki.write.loki.receiver]\n  labels = { host = " +
          quoted(machine) + " }\n}\n\nloki.write \"loki\" {\n  endpoint {\n    url = " +
          quoted(base + "/loki/api/v1/push") + "\n" + credentials("loki") + "  }\n}\n");
}

}  // namespace monitoring
