// sshd: access to machines by ssh, with host certificates of an authority that all clients trust.
#include <algorithm>

#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

namespace {

constexpr const char* kDomains = "Further domains of the certificate, beside the fleet's own.";

struct ClientCertificate {
  std::vector<std::string> searchDomains;
  static constexpr auto schema() {
    return fleet::options(fleet::option("searchDomains", &ClientCertificate::searchDomains, kDomains));
  }
};

struct ClientSettings {
  ClientCertificate certificate;
  static constexpr auto schema() {
    return fleet::options(fleet::option("certificate", &ClientSettings::certificate, "Certificates to trust."));
  }
};

struct ServerCertificate {
  bool enable = true;
  std::vector<std::string> searchDomains;
  static constexpr auto schema() {
    return fleet::options(fleet::option("enable", &ServerCertificate::enable, "Whether the host key is certified."),
                          fleet::option("searchDomains", &ServerCertificate::searchDomains, kDomains));
  }
};

struct RsaKey {
  bool enable = false;
  static constexpr auto schema() {
    return fleet::options(fleet::option("enable", &RsaKey::enable, "Whether there is an RSA host key, too."));
  }
};

struct HostKeys {
  RsaKey rsa;
  static constexpr auto schema() { return fleet::options(fleet::option("rsa", &HostKeys::rsa, "The RSA host key.")); }
};

struct ServerSettings {
  std::map<std::string, std::string> authorizedKeys;
  bool generateRootKey = false;
  HostKeys hostKeys;
  ServerCertificate certificate;
  static constexpr auto schema() {
    return fleet::options(
        fleet::option("authorizedKeys", &ServerSettings::authorizedKeys, "Public keys that may log in as root."),
        fleet::option("generateRootKey", &ServerSettings::generateRootKey, "Whether root gets a key pair of its own."),
        fleet::option("hostKeys", &ServerSettings::hostKeys, "Further host keys."),
        fleet::option("certificate", &ServerSettings::certificate, "The certificate of the host key."));
  }
};

void addUnique(std::vector<std::string>& to, const std::vector<std::string>& more) {
  for (const auto& one : more)
    if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(one);
}

class Sshd final : public fleet::Service<Sshd> {
  static constexpr const char* kClasses[] = {"nixos", "darwin", "home", nullptr};
  static constexpr const char* kReads[] = {"networking.hostName", nullptr};
  static constexpr const char* kWrites[] = {"services.openssh",          "programs.ssh.knownHosts",
                                            "users.users.root",          "home.file.\".ssh/known_hosts2\"",
                                            "clan.core.vars.generators", nullptr};

 public:
  static constexpr const char* exportName = "clan-core/sshd";
  static constexpr auto manifest = fleet::manifest({.id = "sshd",
                                                    .name = "OpenSSH",
                                                    .version = "1.0.0",
                                                    .description = "Access by ssh with certified host keys",
                                                    .platforms = kClasses,
                                                    .reads = kReads,
                                                    .writes = kWrites});

  Sshd() {
    role("server", "Machines that can be logged in to.", &Sshd::server).classes = {"nixos", "darwin"};
    role("client", "Machines that trust the certificates of the servers.", &Sshd::client);
    generates({{"openssh", "the machine's host key"},
               {"openssh-rsa", "a second one for old clients, with hostKeys.rsa.enable"},
               {"openssh-ca", "the authority that certifies host keys; the same on all machines"},
               {"openssh-cert", "the machine's certificate"},
               {"sshd-root-key", "a key of the machine's root, with generateRootKey"}});
  }

 private:
  static constexpr const char* kKey = "ssh.id_ed25519";
  static constexpr const char* kPublicKey = "ssh.id_ed25519.pub";
  static constexpr const char* kCertificate = "ssh.id_ed25519-cert.pub";

  static void authority(fleet::Contribution& out) {
    fleet::Generator("openssh-ca")
        .hidden("id_ed25519")
        .open("id_ed25519.pub", {{"deploy", false}})
        .share()
        .builtin("ssh-key", {{"file", "id_ed25519"}, {"type", "ed25519"}})
        .addTo(out);
  }
  static void trust(fleet::Contribution& out, const std::vector<std::string>& domains) {
    std::vector<std::string> names;
    for (const auto& domain : domains) names.push_back("*." + domain);
    const auto of = [](const char* option) { return fleet::at("programs.ssh.knownHosts.ssh-ca", {option}); };
    out.set(of("certAuthority"), true);
    out.set(of("extraHostNames"), names);
    out.set(of("publicKey"), fleet::secretValue("openssh-ca", "id_ed25519.pub"));
  }

  // ssh reads this file beside the one it writes itself. Homes have no generated values: the key is there once it is in
  // the repository.
  static void inHome(const fleet::Member<ClientSettings>& member, const std::vector<std::string>& domains,
                     fleet::Contribution& out) {
    const auto* key = member.publicValue("", "openssh-ca", "id_ed25519.pub");
    if (!key) return;
    std::string names;
    for (const auto& domain : domains) names += (names.empty() ? "*." : ",*.") + domain;
    std::string line = "@cert-authority " + names + " " + *key;
    if (line.back() != '\n') line += '\n';
    out.set(fleet::at("home.file", {".ssh/known_hosts2", "text"}), line);
  }

  fleet::Result<void> client(const fleet::Member<ClientSettings>& member, fleet::Contribution& out) const {
    std::vector<std::string> domains{member.fleet.domain};
    addUnique(domains, member.settings.certificate.searchDomains);
    bool any = false;
    for (const auto& [machine, value] : member.machines("server")) {
      auto server = fleet::read<ServerSettings>(value);
      if (!server) return fleet::under(machine, std::move(server).error());
      any = any || server->certificate.enable;
      addUnique(domains, server->certificate.searchDomains);
    }
    if (!any) return {};
    if (member.isHome()) {
      inHome(member, domains, out);
      return {};
    }
    authority(out);
    trust(out, domains);
    return {};
  }

  fleet::Result<void> server(const fleet::Member<ServerSettings>& member, fleet::Contribution& out) const {
    out.set("services.openssh.enable", true);
    std::vector<std::string> domains{member.fleet.domain};
    addUnique(domains, member.settings.certificate.searchDomains);
    keysOfRoot(member, out);
    if (member.settings.certificate.enable) {
      authority(out);
      trust(out, domains);
    }
    if (member.isDarwin()) {
      onDarwin(member, domains, out);
      return {};
    }
    out.set("services.openssh.settings.PasswordAuthentication", false);
    out.set("services.openssh.hostKeys", hostKeys(member, out));
    if (member.settings.certificate.enable && certificate(member, domains, out))
      out.set("services.openssh.settings.HostCertificate", fleet::secretPath("openssh-cert", kCertificate));
    out.set("programs.ssh.knownHosts.clan-sshd-self-ed25519.hostNames",
            fleet::List{"localhost", fleet::ref("networking.hostName")});
    out.set("programs.ssh.knownHosts.clan-sshd-self-ed25519.hostNames",
            fleet::expr("lib.optional (config.networking.domain != null) config.networking.fqdn"));
    out.set("programs.ssh.knownHosts.clan-sshd-self-ed25519.publicKey", fleet::secretValue("openssh", kPublicKey));
    return {};
  }

  static void keysOfRoot(const fleet::Member<ServerSettings>& member, fleet::Contribution& out) {
    std::vector<std::string> keys;
    for (const auto& [name, key] : member.settings.authorizedKeys) keys.push_back(key);
    const char* option = "users.users.root.openssh.authorizedKeys.keys";
    if (!keys.empty()) out.set(option, keys);
    if (!member.settings.generateRootKey) return;
    fleet::Generator("sshd-root-key")
        .secret("id_ed25519")
        .open("id_ed25519.pub")
        .builtin("ssh-key", {{"comment", "root@" + member.host.name}, {"file", "id_ed25519"}, {"type", "ed25519"}})
        .addTo(out);
    if (member.publicValue(member.host.name, "sshd-root-key", "id_ed25519.pub"))
      out.set(option, fleet::List{fleet::secretValue("sshd-root-key", "id_ed25519.pub")});
  }

  // The generators of the host keys, and the keys as sshd is told of them.
  static fleet::List hostKeys(const fleet::Member<ServerSettings>& member, fleet::Contribution& out) {
    fleet::Generator("openssh")
        .secret(kKey)
        .open(kPublicKey)
        .builtin("ssh-key", {{"file", kKey}, {"type", "ed25519"}})
        .addTo(out);
    fleet::List keys{fleet::Attrs{{"path", fleet::secretPath("openssh", kKey)}, {"type", "ed25519"}}};
    if (member.settings.hostKeys.rsa.enable) {
      fleet::Generator("openssh-rsa")
          .secret("ssh.id_rsa")
          .open("ssh.id_rsa.pub")
          .builtin("ssh-key", {{"bits", 4096}, {"file", "ssh.id_rsa"}, {"type", "rsa"}})
          .addTo(out);
      keys.push_back(fleet::Attrs{{"path", fleet::secretPath("openssh-rsa", "ssh.id_rsa")}, {"type", "rsa"}});
    }
    return keys;
  }

  // Apple's daemon reads further files beside its own configuration.
  static void onDarwin(const fleet::Member<ServerSettings>& member, const std::vector<std::string>& domains,
                       fleet::Contribution& out) {
    fleet::Text lines = fleet::text("PasswordAuthentication no\nKbdInteractiveAuthentication no\n");
    const auto add = [&](const char* word, fleet::Value path) {
      lines.parts.push_back(word);
      lines.parts.push_back(std::move(path));
      lines.parts.push_back("\n");
    };
    for (const fleet::Value& key : hostKeys(member, out)) add("HostKey ", *key.find("path"));
    if (member.settings.certificate.enable && certificate(member, domains, out))
      add("HostCertificate ", fleet::secretPath("openssh-cert", kCertificate));
    out.set("services.openssh.extraConfig", lines);
  }

  // The generator of the certificate; true when the repository has one.
  static bool certificate(const fleet::Member<ServerSettings>& member, const std::vector<std::string>& domains,
                          fleet::Contribution& out) {
    fleet::List principals;
    fleet::Attrs validated;
    for (const auto& domain : domains) {
      principals.push_back(member.host.name + "." + domain);
      validated.set(domain, domain);
    }
    fleet::Generator("openssh-cert")
        .open(kCertificate)
        .dependsOn("openssh")
        .dependsOn("openssh-ca")
        .validation(fleet::Attrs{{"domains", validated}, {"name", member.host.name}})
        .builtin("ssh-certificate", {{"ca", "openssh-ca/id_ed25519"},
                                     {"file", kCertificate},
                                     {"identity", member.host.name},
                                     {"key", "openssh/ssh.id_ed25519.pub"},
                                     {"kind", "host"},
                                     {"principals", principals}})
        .addTo(out);
    return member.publicValue(member.host.name, "openssh-cert", kCertificate) != nullptr;
  }
};

}  // namespace

FLEET_PLUGIN(Sshd);
