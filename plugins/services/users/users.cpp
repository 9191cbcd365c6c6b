// users: accounts with a generated password, and the keys that may log in to them.
#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

namespace {

struct Identity {
  std::string email;
  std::vector<std::string> groups;
  std::optional<std::string> displayname;
  static constexpr auto schema() {
    return fleet::options(fleet::option("email", &Identity::email, "Mail address; by default <user>@mail.<domain>."),
                          fleet::option("groups", &Identity::groups, "Groups at the identity provider."),
                          fleet::option("displayname", &Identity::displayname, "Name to show; by default the user's."));
  }
};

struct AuthorizedKeys {
  std::vector<std::string> keys, keyFiles;
  static constexpr auto schema() {
    return fleet::options(fleet::option("keys", &AuthorizedKeys::keys, "Public keys that may log in."),
                          fleet::option("keyFiles", &AuthorizedKeys::keyFiles, "Files with such keys."));
  }
};

struct Ssh {
  AuthorizedKeys authorizedKeys;
  static constexpr auto schema() {
    return fleet::options(fleet::option("authorizedKeys", &Ssh::authorizedKeys, "Who may log in by ssh."));
  }
};

struct Settings {
  std::optional<std::string> user;
  bool systemUser = true;
  bool prompt = true;
  std::vector<std::string> groups;
  bool share = false;
  std::map<std::string, Identity> identity;
  Ssh openssh;
  static constexpr auto schema() {
    return fleet::options(
        fleet::option("user", &Settings::user, "Name of the account; by default the instance's."),
        fleet::option("systemUser", &Settings::systemUser, "Whether machines get an account at all."),
        fleet::option("prompt", &Settings::prompt, "Whether to ask for a password; an empty answer makes one."),
        fleet::option("groups", &Settings::groups, "Further groups of the account."),
        fleet::option("share", &Settings::share, "Whether the password is the same on all machines."),
        fleet::option("identity", &Settings::identity, "Accounts at identity providers, by instance."),
        fleet::option("openssh", &Settings::openssh, "Access by ssh."));
  }
};

class Users final : public fleet::Service<Users> {
  static constexpr const char* kClasses[] = {"nixos", "darwin", "home", nullptr};
  static constexpr const char* kReads[] = {"home.username", nullptr};
  static constexpr const char* kWrites[] = {"users", "clan.core.vars.generators",
                                            "home.activation.fleetdAuthorizedKeys",
                                            "home.file.\".config/fleetd/authorized_keys\"", nullptr};

 public:
  static constexpr const char* exportName = "clan-core/user";
  static constexpr auto manifest = fleet::manifest({.id = "users",
                                                    .name = "Users",
                                                    .version = "1.0.0",
                                                    .description = "Accounts with a generated password",
                                                    .platforms = kClasses,
                                                    .reads = kReads,
                                                    .writes = kWrites});

  Users() {
    role("default", "Machines that have the account.", &Users::account);
    exportsInterfaces({"auth"});
    generates({{"user-password-<user>", "the password, which no machine gets, and its hash"}});
  }

 private:
  static constexpr const char* kKeysOfHome = ".config/fleetd/authorized_keys";

  fleet::Result<void> account(const fleet::Member<Settings>& member, fleet::Contribution& out) const {
    const Settings& settings = member.settings;
    if (!settings.systemUser) return {};
    const std::string user = settings.user.value_or(member.instance);
    const auto of = [&](const char* option) { return fleet::at("users.users", {user, option}); };
    const auto& keys = settings.openssh.authorizedKeys;
    for (const auto& key : keys.keys)
      if (key.find('\n') != std::string::npos)
        return fleet::Error{FLEET_E_SCHEMA,
                            "USER02",
                            "openssh.authorizedKeys.keys",
                            "a key is one line",
                            "write each key as an entry of its own",
                            0};
    if (member.isHome()) return inHome(user, keys, out);
    if (!keys.keys.empty()) out.set(fleet::at("users.users", {user, "openssh", "authorizedKeys", "keys"}), keys.keys);
    if (!keys.keyFiles.empty())
      out.set(fleet::at("users.users", {user, "openssh", "authorizedKeys", "keyFiles"}), keys.keyFiles);
    // On a Mac the account is the owner's: only who may log in is ours to say.
    if (!member.isNixos()) return {};
    const std::string generator = "user-password-" + user;
    out.set(of("isNormalUser"), user != "root");
    if (!settings.groups.empty()) out.set(of("extraGroups"), settings.groups);
    out.set(of("hashedPasswordFile"), fleet::secretPath(generator, "user-password-hash"));
    fleet::Generator password(generator);
    password.secret("user-password-hash", {{"neededFor", "users"}}).hidden("user-password").share(settings.share);
    if (settings.prompt) password.prompt("user-password", "Leave empty to generate one", "hidden");
    password.builtin("password", {{"file", "user-password"}, {"hash", "user-password-hash"}, {"words", 6}});
    password.addTo(out);
    const auto part = [&](std::initializer_list<std::string_view> names) {
      fleet::Path path = fleet::at("clan.core.vars.generators", {generator});
      for (const auto name : names) path.emplace_back(name);
      return path;
    };
    if (settings.prompt)
      out.set(part({"prompts", "user-password", "display"}),
              fleet::Attrs{{"group", user}, {"label", "password"}, {"required", false}});
    // Who applies the hash at run time has to see a new one.
    out.set(part({"files", "user-password-hash", "restartUnits"}),
            fleet::expr("lib.optional (config.services.userborn.enable or false) \"userborn.service\""));
    return {};
  }

  // sshd refuses links into the store, so the file is copied; the user's own authorized_keys stays as it is.
  static fleet::Result<void> inHome(const std::string& user, const AuthorizedKeys& keys, fleet::Contribution& out) {
    if (!keys.keyFiles.empty())
      return fleet::Error{FLEET_E_SCHEMA,
                          "USER01",
                          "openssh.authorizedKeys.keyFiles",
                          "a home takes the keys themselves, not files with keys",
                          "write them into openssh.authorizedKeys.keys",
                          0};
    if (keys.keys.empty()) return {};
    std::string lines;
    for (const auto& key : keys.keys) lines += key + "\n";
    const auto mine = out.when(fleet::equals("home.username", user));
    mine.set(fleet::at("home.file", {kKeysOfHome, "text"}), lines);
    mine.set(
        "home.activation.fleetdAuthorizedKeys",
        fleet::expr("lib.hm.dag.entryAfter [ \"linkGeneration\" ] ''\n"
                    "  run mkdir -m 0700 -p \"$HOME/.ssh\"\n"
                    "  run install -m 0600 \"$HOME/.config/fleetd/authorized_keys\" \"$HOME/.ssh/authorized_keys2\"\n"
                    "''"));
    return {};
  }

  fleet::Result<void> perMachine(const fleet::HostView& host, fleet::Contribution& out) const override {
    if (host.hostClass == "nixos" && !host.memberships.empty()) out.set("users.mutableUsers", false);
    return {};
  }

  fleet::Result<void> exportsOf(const fleet::ExportContext& context, fleet::Exports& out) const override {
    for (const auto& [roleName, role] : context.view.roles)
      for (const auto& [machine, value] : role.machines) {
        auto settings = fleet::read<Settings>(value);
        if (!settings) return std::move(settings).error();
        if (settings->identity.empty()) continue;
        const std::string user = settings->user.value_or(context.instance);
        fleet::Attrs users;
        for (const auto& [provider, identity] : settings->identity)
          users.set(provider, fleet::Attrs{{"displayname", identity.displayname.value_or(user)},
                                           {"email", identity.email.empty() ? user + "@mail." + context.fleet.domain
                                                                            : identity.email},
                                           {"groups", fleet::toValue(identity.groups)},
                                           {"username", user}});
        out[scope(context.instance, roleName, machine)]["auth"] = fleet::Attrs{{"users", std::move(users)}};
      }
    return {};
  }
};

}  // namespace

FLEET_PLUGIN(Users);
