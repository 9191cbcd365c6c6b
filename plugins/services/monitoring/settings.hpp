// What can be set of monitoring.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <fleet/cxx/options.hpp>

namespace monitoring {

// "all", "nixos" (those NixOS starts by itself), or names of units.
struct Units {
  std::string kind = "nixos";
  std::vector<std::string> names;
};

}  // namespace monitoring

template <>
struct fleet::Codec<monitoring::Units> {
  static Type type() {
    return type::either({type::enumeration(List{"all", "nixos"}), type::list(type::str("[a-zA-Z0-9:_.@-]+"))});
  }
  static Value value(const monitoring::Units& v) { return v.names.empty() ? Value(v.kind) : toValue(v.names); }
  static Result<void> read(const Value& from, monitoring::Units& to) {
    to = {};
    if (const auto* kind = from.get<std::string>()) {
      to.kind = *kind;
      return {};
    }
    to.kind.clear();
    return Codec<std::vector<std::string>>::read(from, to.names);
  }
};

namespace monitoring {

struct RelabelRules {
  std::vector<std::string> beforeNormalization, afterNormalization;
  static constexpr auto schema() {
    return fleet::options(fleet::option("beforeNormalization", &RelabelRules::beforeNormalization,
                                        "Rules of Alloy that see the journal's own labels."),
                          fleet::option("afterNormalization", &RelabelRules::afterNormalization,
                                        "Rules of Alloy that see the labels that are sent."));
  }
};

struct Journal {
  RelabelRules relabelRules;
  static constexpr auto schema() {
    return fleet::options(fleet::option("relabelRules", &Journal::relabelRules, "Changes of labels."));
  }
};

struct Loki {
  Journal journal;
  static constexpr auto schema() { return fleet::options(fleet::option("journal", &Loki::journal, "The journal.")); }
};

struct ClientSettings {
  Units monitoredSystemdServices;
  bool useSSL = false;
  Loki loki;
  static constexpr auto schema() {
    return fleet::options(fleet::option("monitoredSystemdServices", &ClientSettings::monitoredSystemdServices,
                                        "Units whose state is sent: all, those NixOS starts, or names."),
                          fleet::option("useSSL", &ClientSettings::useSSL, "Whether the server is spoken to by https."),
                          fleet::option("loki", &ClientSettings::loki, "Logs."));
  }
};

struct Grafana {
  bool enable = false;
  static constexpr auto schema() {
    return fleet::options(fleet::option("enable", &Grafana::enable, "Whether the server has a Grafana."));
  }
};

struct ServerSettings {
  Grafana grafana;
  std::optional<std::string> host;
  static constexpr auto schema() {
    return fleet::options(
        fleet::option("grafana", &ServerSettings::grafana, "Pictures of it all."),
        fleet::option("host", &ServerSettings::host, "Name clients reach the server by; <machine>.<domain> if unset."));
  }
};

}  // namespace monitoring
