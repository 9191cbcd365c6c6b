// Reading keys.
#include "plugins/vars/store/keys.hpp"

#include <algorithm>
#include <cstdlib>

#include <sodium.h>
#include <nlohmann/json.hpp>

#include "plugins/vars/age/passphrase.hpp"
#include "plugins/vars/age/ssh_key.hpp"
#include "plugins/vars/sops/pgp.hpp"
#include "plugins/vars/ssh_unlock.hpp"
#include "plugins/vars/store/disk.hpp"
#include "plugins/vars/terminal.hpp"

namespace fleetd::vars {

namespace {

using Json = nlohmann::json;

fleet::Error bad(const std::string& file, const std::string& what) { return age::error("VARS31", file + ": " + what); }

fleet::Result<void> addKey(const Json& json, const std::string& file, std::vector<age::Recipient>& out) {
  if (!json.is_object() || !json.contains("publickey") || !json["publickey"].is_string())
    return bad(file, "a key is an object with `publickey` and `type`");
  if (json.contains("type") && json["type"] == "pgp") {
    auto key = sops::parsePgpRecipient(json["publickey"].get_ref<const std::string&>());
    if (!key) return bad(file, key.error().message);
    out.push_back(*std::move(key));
    return {};
  }
  if (json.contains("type") && json["type"] != "age") {
    const std::string kind = json["type"].is_string() ? json["type"].get<std::string>().substr(0, 20) : "other";
    fleet::Error error = bad(file, "only age and PGP keys can be used here, not keys of the kind " + kind);
    error.hint = "add an age key for the same reader and remove this one; `sops` can still open what it is for";
    return error;
  }
  auto recipient = age::parseRecipient(json["publickey"].get_ref<const std::string&>());
  if (!recipient) return bad(file, recipient.error().message);
  out.push_back(*std::move(recipient));
  return {};
}

fleet::Result<std::vector<age::Recipient>> readKeyFile(const std::string& file) {
  const auto text = disk::read(file);
  if (!text) return bad(file, text.error().message);
  return parseKeyJson(*text, file);
}

// The keys in a file, which may want a passphrase.
fleet::Result<std::vector<age::Identity>> unlocked(std::string_view text, const std::string& source) {
  if (age::hasSshPassphrase(text)) {
    FLEET_TRY_ASSIGN(const auto opened, unlockSshKey(text, source));
    return age::parseIdentityFile(opened.text());
  }
  if (!age::wantsPassphrase(text)) return age::parseIdentityFile(text);
  auto passphrase = askOnce("Passphrase of " + source, true);
  if (!passphrase) {
    fleet::Error error = std::move(passphrase).error();
    error.hint = "run it on a terminal, or give the key itself in $SOPS_AGE_KEY";
    return error;
  }
  FLEET_TRY_ASSIGN(const auto plain, age::decryptWithPassphrase(text, passphrase->span()));
  return age::parseIdentityFile(plain.text());
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

fleet::Result<std::vector<age::Recipient>> parseKeyJson(std::string_view text, const std::string& file) {
  std::vector<age::Recipient> out;
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return bad(file, "this is no JSON");
  if (json.is_array()) {
    for (const auto& key : json) FLEET_TRY(addKey(key, file, out));
  } else {
    FLEET_TRY(addKey(json, file, out));
  }
  if (out.empty()) return bad(file, "there is no key in it");
  return out;
}

fleet::Result<KeysByName> readKeys(const std::string& fleet, const std::string& kind, BrokenKeys* broken) {
  KeysByName out;
  const std::string directory = fleet + "/sops/" + kind;
  FLEET_TRY_ASSIGN(const auto names, disk::namesIn(directory));
  for (const auto& name : names) {
    const std::string file = directory + "/" + name + "/key.json";
    if (!disk::exists(file)) continue;
    auto keys = readKeyFile(file);
    if (keys)
      out[name] = *std::move(keys);
    else if (broken)
      broken->emplace(name, std::move(keys).error());
    else
      return std::move(keys).error();
  }
  return out;
}

std::string typeOf(const age::Recipient& recipient) { return recipient.kind == age::KeyKind::Pgp ? "pgp" : "age"; }

std::string keyJson(const age::Recipient& recipient) {
  return nlohmann::ordered_json::array({{{"publickey", recipient.text}, {"type", typeOf(recipient)}}}).dump(2);
}

std::string operatorKeyFile() {
  std::string home = variable("XDG_CONFIG_HOME");
  if (home.empty()) home = variable("HOME") + "/.config";
  return home + "/sops/age/keys.txt";
}

namespace {

// The identities of a file, or of a text in a variable.
fleet::Result<Operator> fromFile(const std::string& source) {
  Operator out{{}, source};
  FLEET_TRY_ASSIGN(auto text, disk::read(source));
  auto identities = unlocked(text, source);
  sodium_memzero(text.data(), text.size());
  if (!identities) {
    fleet::Error e = std::move(identities).error();
    e.message = source + ": " + e.message;
    return e;
  }
  out.identities = *std::move(identities);
  return out;
}

// The variable's text is the environment's; only the copy made of it is ours to wipe.
fleet::Result<Operator> fromVariable(const char* name) {
  Operator out{{}, std::string("$") + name};
  FLEET_TRY_ASSIGN(out.identities, age::parseIdentityFile(variable(name)));
  return out;
}

// The keys that gpg is to use, of a list with commas.
fleet::Result<std::vector<age::Identity>> pgpKeys() {
  std::vector<age::Identity> out;
  const std::string held = variable("SOPS_PGP_FP");
  for (std::string_view rest = held; !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const std::string_view one = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (one.find_first_not_of(' ') == std::string_view::npos) continue;
    auto key = sops::parsePgpRecipient(one);
    if (!key) {
      fleet::Error error = std::move(key).error();
      error.message = "$SOPS_PGP_FP: " + error.message;
      return error;
    }
    age::Identity identity;
    identity.kind = age::KeyKind::Pgp;
    identity.recipient = *std::move(key);
    out.push_back(std::move(identity));
  }
  return out;
}

fleet::Result<Operator> findAgeKeys(bool hasOthers) {
  if (!variable("SOPS_AGE_KEY").empty()) return fromVariable("SOPS_AGE_KEY");
  const std::string given = variable("SOPS_AGE_KEY_FILE");
  const std::string apple = variable("HOME") + "/Library/Application Support/sops/age/keys.txt";
  std::string source = !given.empty() ? given : operatorKeyFile();
  if (given.empty() && !disk::exists(source) && disk::exists(apple)) source = apple;
  if (!disk::exists(source) && hasOthers) return Operator{{}, "$SOPS_PGP_FP"};
  if (!disk::exists(source))
    return age::error("VARS32", "there is no key to open secrets with: neither $SOPS_AGE_KEY nor " + source,
                      "make one with `fleetd vars keygen`");
  return fromFile(source);
}

}  // namespace

fleet::Result<Operator> findOperator() {
  FLEET_TRY_ASSIGN(auto pgp, pgpKeys());
  FLEET_TRY_ASSIGN(auto out, findAgeKeys(!pgp.empty()));
  for (auto& key : pgp) out.identities.push_back(std::move(key));
  return out;
}

fleet::Result<Operator> findAgeOperator() {
  if (!variable("AGE_KEY").empty()) return fromVariable("AGE_KEY");
  if (const std::string given = variable("AGE_KEYFILE"); !given.empty()) {
    if (disk::exists(given)) return fromFile(given);
    return age::error("VARS32", "$AGE_KEYFILE names " + given + ", which is not there");
  }
  const std::string home = variable("HOME");
  for (const char* place : {"/.config/age/identities", "/.config/sops/age/keys.txt", "/.age/key.txt"})
    if (disk::exists(home + place)) return fromFile(home + place);
  return findAgeKeys(false);
}

}  // namespace fleetd::vars
