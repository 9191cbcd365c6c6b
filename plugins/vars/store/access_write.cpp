// Changes of the tree of secrets. They belong to the transaction that the store has begun.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "plugins/vars/sops/binary_file.hpp"
#include "plugins/vars/sops/pgp.hpp"
#include "plugins/vars/store/access.hpp"
#include "plugins/vars/store/disk.hpp"

namespace fleetd::vars {

fleet::Result<void> Access::seal(const std::string& directory, const SecretBytes& value, const Readers& readers,
                                 std::span<const age::Recipient> recipients) {
  FLEET_TRY_ASSIGN(const auto sealed, sops::encryptFile(value.span(), recipients, utcNow()));
  FLEET_TRY(store_->setLinks(directory, readers));
  return store_->writeFile(directory + "/secret", sealed);
}

fleet::Result<void> Access::write(const std::string& directory, const SecretBytes& value, const Readers& readers) {
  if (const auto keyless = members_.withoutKey(readers); !keyless.empty())
    return age::error("VARS35", "sops/" + keyless.front() + " has no key that can be used",
                      "add its key, or remove the link to it");
  std::vector<age::Recipient> recipients;
  for (const auto& [text, key] : members_.keysOf(readers)) recipients.push_back(key);
  if (recipients.empty()) return age::error("VARS83", "nobody could read " + directory);
  return seal(directory, value, readers, recipients);
}

fleet::Result<void> Access::apply(const std::vector<Reseal>& plan) {
  for (const auto& one : plan) {
    FLEET_TRY_ASSIGN(const auto value, read(one.directory));
    FLEET_TRY(seal(one.directory, value, one.readers, one.recipients));
  }
  return {};
}

fleet::Result<void> Access::editKeys(const std::string& kind, const std::string& name,
                                     const std::set<std::string>& gone, const std::vector<age::Recipient>& add) {
  using Json = nlohmann::ordered_json;
  const std::string path = "sops/" + kind + "/" + name + "/key.json";
  Json keys = Json::array();
  if (disk::exists(absolute(path))) {
    FLEET_TRY_ASSIGN(const auto text, disk::read(absolute(path)));
    Json now = Json::parse(text, nullptr, false);
    if (now.is_discarded()) return age::error("VARS31", path + ": this is no JSON");
    if (!now.is_array()) now = Json::array({std::move(now)});
    keys = std::move(now);
  }
  const auto is = [](const Json& key, const std::string& text) {
    if (!key.is_object()) return false;
    const auto found = key.find("publickey");
    if (found == key.end() || !found->is_string()) return false;
    const auto& has = found->get_ref<const std::string&>();
    const auto type = key.find("type");
    return has == text || (type != key.end() && *type == "pgp" && sops::plainFingerprint(has) == text);
  };
  Json out = Json::array();
  for (auto& key : keys)
    if (std::none_of(gone.begin(), gone.end(), [&](const auto& text) { return is(key, text); }))
      out.push_back(std::move(key));
  for (const auto& one : add)
    if (std::none_of(out.begin(), out.end(), [&](const Json& key) { return is(key, one.text); }))
      out.push_back({{"publickey", one.text}, {"type", typeOf(one)}});
  return store_->writeFile(path, out.dump(2));
}

fleet::Result<void> Access::linkMember(const std::string& group, const std::string& kind, const std::string& name) {
  return store_->writeLink("sops/groups/" + group + "/" + kind + "/" + name, "sops/" + kind + "/" + name);
}

fleet::Result<void> Access::remove(const std::string& path) { return store_->removeFile(path); }

// What is encrypted stays as it is; only its place is another one.
fleet::Result<void> Access::rename(const std::string& from, const std::string& to) {
  FLEET_TRY_ASSIGN(const auto readers, readersOf(from));
  FLEET_TRY_ASSIGN(const auto text, disk::read(absolute(from) + "/secret"));
  FLEET_TRY(store_->setLinks(to, readers));
  FLEET_TRY(store_->writeFile(to + "/secret", text));
  return store_->removeFile(from);
}

fleet::Result<void> Access::ensureMachine(const std::string& name) {
  FLEET_TRY(store_->ensureMachineKey(name, {}));
  members_.machines[name] = store_->machines_[name];
  return {};
}

fleet::Result<std::set<std::string>> Access::operatorUsers() const { return store_->operatorUsers(); }

void Access::forgetOperator() { store_->operator_ = Operator(); }

}  // namespace fleetd::vars
