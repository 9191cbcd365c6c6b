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
  return std::string("    basic_auth {\n      username = \"") + kUser +
         "\"\n      password_file = \"/run/credentials/alloy.service/" + store + "-password\"\n    }\n";
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

fleet::Text alloyConfig(const ClientSettings& settings, const std::string& server) {
  const std::string base = (settings.useSSL ? "https://" : "http://") + server;
  const auto& relabel = settings.loki.journal.relabelRules;
  const bool all = settings.monitoredSystemdServices.kind == "all";
  const fleet::Value watched = units(settings.monitoredSystemdServices);
  fleet::Text out;
  const auto add = [&](fleet::Value part) { out.parts.push_back(std::move(part)); };
  // A regular expression stands between backquotes, where nothing is escaped.
  const auto keep = [&](const char* label) {
    if (all) return;
    add(std::string("  rule {\n    action = \"keep\"\n    source_labels = [\"") + label + "\"]\n    regex = `^(");
    add(watched);
    add(")$`\n  }\n");
  };
  add("prometheus.exporter.unix \"system\" {\n  set_collectors = [\"cpu\", \"filesystem\", \"meminfo\", \"systemd\"]\n"
      "}\n\nprometheus.scrape \"system\" {\n  targets = prometheus.exporter.unix.system.targets\n"
      "  scrape_interval = \"10s\"\n"
      "  forward_to = [prometheus.relabel.units.receiver, prometheus.remote_write.mimir.receiver]\n}\n\n"
      "// The states of the units that are watched, once more under a name of their own.\n"
      "prometheus.relabel \"units\" {\n  forward_to = [prometheus.remote_write.mimir.receiver]\n"
      "  rule {\n    action = \"keep\"\n    source_labels = [\"__name__\"]\n"
      "    regex = \"node_systemd_unit_state\"\n  }\n");
  keep("name");
  add("  rule {\n    target_label = \"__name__\"\n    replacement = \"nixos_systemd_unit_state\"\n  }\n}\n\n"
      "prometheus.remote_write \"mimir\" {\n  endpoint {\n    url = " +
      quoted(base + "/mimir/api/v1/push") + "\n" + credentials("mimir") +
      "  }\n}\n\nloki.relabel \"journal\" {\n  forward_to = []\n");
  keep("__journal__systemd_unit");
  add(rules(relabel.beforeNormalization) + rule("__journal__hostname", "instance") +
      rule("__journal__systemd_unit", "service_name") + rule("__journal_priority_keyword", "level") +
      rules(relabel.afterNormalization) +
      "}\n\nloki.source.journal \"journal\" {\n  relabel_rules = loki.relabel.journal.rules\n"
      "  forward_to = [loki.write.loki.receiver]\n}\n\nloki.write \"loki\" {\n  endpoint {\n    url = " +
      quoted(base + "/loki/api/v1/push") + "\n" + credentials("loki") + "  }\n}\n");
  return out;
}

}  // namespace monitoring
