// Comparing owners with the users and groups of a host.
#include "kernel/render/owners_check.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "kernel/base/suggest.hpp"
#include "kernel/base/text.hpp"

namespace fleetd::render {

namespace {

using fleet::ConfigNode;
using lang::Tag;

// Users and groups that every NixOS has, or that its modules have under fixed numbers.
constexpr std::string_view kNixos[] = {"acme",
                                       "adm",
                                       "atd",
                                       "audio",
                                       "avahi",
                                       "bind",
                                       "cdrom",
                                       "clickhouse",
                                       "couchdb",
                                       "cups",
                                       "deluge",
                                       "dhcpcd",
                                       "dialout",
                                       "disk",
                                       "docker",
                                       "dovecot2",
                                       "elasticsearch",
                                       "etcd",
                                       "floppy",
                                       "ftp",
                                       "fwupd-refresh",
                                       "git",
                                       "gitea",
                                       "gitlab",
                                       "grafana",
                                       "hass",
                                       "hydra",
                                       "hydra-queue-runner",
                                       "hydra-www",
                                       "incus-admin",
                                       "influxdb",
                                       "input",
                                       "jenkins",
                                       "kanboard",
                                       "keys",
                                       "kmem",
                                       "kubernetes",
                                       "kvm",
                                       "libvirtd",
                                       "lp",
                                       "lxd",
                                       "mail",
                                       "matrix-synapse",
                                       "memcached",
                                       "messagebus",
                                       "minecraft",
                                       "mongodb",
                                       "mosquitto",
                                       "mpd",
                                       "munin",
                                       "murmur",
                                       "mysql",
                                       "named",
                                       "networkmanager",
                                       "nginx",
                                       "nix-serve",
                                       "nixbld",
                                       "nobody",
                                       "nogroup",
                                       "nscd",
                                       "ntp",
                                       "nullmail",
                                       "opendkim",
                                       "opensearch",
                                       "openvpn",
                                       "pcscd",
                                       "plugdev",
                                       "polkituser",
                                       "podman",
                                       "postdrop",
                                       "postfix",
                                       "postgres",
                                       "prometheus",
                                       "rabbitmq",
                                       "radicale",
                                       "redis",
                                       "render",
                                       "root",
                                       "rspamd",
                                       "rtkit",
                                       "scanner",
                                       "sgx",
                                       "shadow",
                                       "spamd",
                                       "sshd",
                                       "syncthing",
                                       "systemd-coredump",
                                       "systemd-journal",
                                       "systemd-network",
                                       "systemd-oom",
                                       "systemd-resolve",
                                       "systemd-timesync",
                                       "tape",
                                       "tor",
                                       "transmission",
                                       "tss",
                                       "tty",
                                       "unbound",
                                       "unifi",
                                       "users",
                                       "utmp",
                                       "uucp",
                                       "uuidd",
                                       "vaultwarden",
                                       "video",
                                       "vsftpd",
                                       "wheel",
                                       "wireshark",
                                       "wpa_supplicant",
                                       "wwwrun",
                                       "zabbix",
                                       "znc"};
constexpr std::string_view kDarwin[] = {"admin",   "daemon", "everyone", "nixbld", "nobody",
                                        "nogroup", "root",   "staff",    "wheel"};
// What never makes a user that is not among those above.
constexpr std::string_view kHarmless[] = {"fstrim", "fwupd",    "getty",     "journald",  "logind",
                                          "nscd",   "openssh",  "pcscd",     "qemuGuest", "resolved",
                                          "smartd", "thermald", "timesyncd", "udev",      "xserver"};

template <class Names>
bool isIn(const Names& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

class Owners {
 public:
  Owners(lang::Evaluator& ev, fleet::ComposedHost& composed, Diagnostics& diagnostics)
      : ev_(ev), composed_(composed), host_(composed.host()), diagnostics_(diagnostics) {}

  void check() {
    if (host_.klass != "nixos" && host_.klass != "darwin") return;
    if (composed_.counts().opaque > 0) return;
    const ConfigNode& root = static_cast<fleet::HostConfiguration&>(composed_).tree();
    const ConfigNode* generators = at(root, {"clan", "core", "vars", "generators"});
    if (!generators || generators->children.empty()) return;
    users_ = namesBelow(at(root, {"users", "users"}));
    groups_ = namesBelow(at(root, {"users", "groups"}));
    if (!known_) return;
    lookAtServices(root);
    for (const ConfigNode& generator : generators->children)
      if (const ConfigNode* files = child(generator, "files"))
        for (const ConfigNode& file : files->children) one(generator, file);
  }

 private:
  const ConfigNode* child(const ConfigNode& node, std::string_view name) const {
    for (const ConfigNode& one : node.children)
      if (ev_.text(one.name) == name) return &one;
    return nullptr;
  }
  const ConfigNode* at(const ConfigNode& root, std::initializer_list<std::string_view> path) const {
    const ConfigNode* node = &root;
    for (const auto name : path)
      if (node) node = child(*node, name);
    return node;
  }

  // Names of users or groups. Nobody knows them when a part of the set is left to Nix.
  std::set<std::string> namesBelow(const ConfigNode* node) {
    std::set<std::string> out;
    if (!node) return out;
    if (node->kind == ConfigNode::Kind::Leaf && !node->undefined && !node->value.is(Tag::Attrs)) known_ = false;
    for (const ConfigNode& one : node->children) {
      out.emplace(ev_.text(one.name));
      if (const ConfigNode* name = child(one, "name")) {
        if (name->value.is(Tag::String))
          out.emplace(name->value.string());
        else if (!name->undefined)
          known_ = false;
      }
    }
    return out;
  }

  // A service of the platform may make a user of about its name, or of another.
  void lookAtServices(const ConfigNode& root) {
    for (const std::string_view set : {"services", "virtualisation", "programs", "containers"}) {
      const ConfigNode* node = child(root, set);
      if (!node) continue;
      for (const ConfigNode& service : node->children) {
        const std::string name(ev_.text(service.name));
        const ConfigNode* enable = child(service, "enable");
        const bool off = enable && enable->value.is(Tag::Bool) && !enable->value.isTrue();
        if (!off && !isIn(kHarmless, name)) services_.push_back(name);
      }
    }
  }

  std::string text(const ConfigNode& file, std::string_view name) const {
    const ConfigNode* node = child(file, name);
    return node && node->value.is(Tag::String) ? std::string(node->value.string()) : std::string();
  }
  bool is(const ConfigNode& file, std::string_view name, bool otherwise) const {
    const ConfigNode* node = child(file, name);
    return node && node->value.is(Tag::Bool) ? node->value.isTrue() : otherwise;
  }

  void one(const ConfigNode& generator, const ConfigNode& file) {
    if (!is(file, "secret", true) || !is(file, "deploy", true)) return;
    compare(generator, file, "owner", "user", users_);
    compare(generator, file, "group", "group", groups_);
  }

  void compare(const ConfigNode& generator, const ConfigNode& file, std::string_view what, std::string_view kind,
               const std::set<std::string>& there) {
    const std::string name = text(file, what);
    if (name.empty() || there.contains(name) ||
        std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; }))
      return;
    if (host_.klass == "darwin" ? isIn(kDarwin, name) || name.front() == '_' : isIn(kNixos, name)) return;
    // On Linux a user's own group often has its name.
    const std::string generatorName(ev_.text(generator.name)), fileName(ev_.text(file.name));
    for (const auto& service : services_)
      if (service.find(name) != std::string::npos || name.find(service) != std::string::npos) return;
    Diagnostic d;
    d.code = base::Code::FL0742;
    d.severity = services_.empty() ? base::Severity::Error : base::Severity::Warning;
    d.host = host_.name;
    d.message =
        fmt::format("the secret {}/{} belongs to the {} `{}`, which {} does not have", base::sanitize(generatorName),
                    base::sanitize(fileName), kind, base::sanitize(name), host_.name);
    std::vector<std::string_view> candidates(there.begin(), there.end());
    if (const auto best = base::nearestNames(name, candidates, 3, std::max<std::size_t>(1, name.size() / 3));
        !best.empty()) {
      d.notes.push_back(base::didYouMean(best));
      d.severity = base::Severity::Error;
    } else if (!services_.empty()) {
      d.notes.emplace_back(fmt::format("unless a service makes it: declare it as users.{}s.{}, or silence FL0742", kind,
                                       base::sanitize(name)));
    } else {
      d.notes.push_back(fmt::format("declare it as users.{}s.{}", kind, base::sanitize(name)));
    }
    place(d, fmt::format("clan.core.vars.generators.{}.files.{}.{}", fleet::joinPath("", generatorName),
                         fleet::joinPath("", fileName), what));
    diagnostics_.add(std::move(d));
  }

  void place(Diagnostic& d, const std::string& path) {
    d.option = path;
    const auto explained = composed_.explain(path);
    if (!explained) return;
    for (const auto& definition : explained->definitions)
      if (definition.winner) d.span = definition.place;
  }

  lang::Evaluator& ev_;
  fleet::ComposedHost& composed_;
  fleet::Host host_;
  Diagnostics& diagnostics_;
  bool known_ = true;
  std::set<std::string> users_, groups_;
  std::vector<std::string> services_;
};

}  // namespace

void checkOwners(lang::Evaluator& ev, fleet::ComposedHost& composed, Diagnostics& diagnostics) {
  Owners(ev, composed, diagnostics).check();
}

}  // namespace fleetd::render
