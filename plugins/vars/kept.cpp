// Opening sealed values: with the operator's keys, else with the machine's own.
#include "plugins/vars/kept.hpp"

#include <sodium.h>

#include "plugins/vars/age/age.hpp"

namespace fleetd::vars {

fleet::Result<std::string> unpackSealed(const std::string& text) {
  std::string out(text.size(), '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(), text.size(), nullptr,
                        &size, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
      end != text.data() + text.size())
    return age::error("VARS62", "a sealed value is no base64");
  out.resize(size);
  return out;
}

fleet::Result<SecretBytes> keptValue(const Request& request, const std::string& machine, const GeneratorDecl& decl,
                                     const std::string& file) {
  const std::string id = decl.name + "/" + file;
  const auto sealed = request.kept.find(machine + "/" + id);
  if (sealed == request.kept.end())
    return age::error("VARS66", "the plugin " + decl.store + " was not asked for " + id + " of " + machine);
  FLEET_TRY_ASSIGN(const auto bytes, unpackSealed(sealed->second));
  const bool isAge = request.store.kind() == StoreKind::Age, isPass = request.store.kind() == StoreKind::Password;
  const auto who = isAge ? findAgeOperator() : findOperator();
  if (!who && who.error().code == "VARS32" && isPass)
    return age::error("VARS32", who.error().message,
                      "what a plugin keeps is sealed for a key of age, also beside a password store: `age-keygen -o " +
                          operatorKeyFile() + "`");
  if (!who) return who.error();
  auto opened = age::decrypt(bytes, who->identities);
  if (!opened && opened.error().code == "AGE06" && request.store.hasMachineKey(machine)) {
    FLEET_TRY_ASSIGN(const auto key, request.store.machineKey(machine));
    FLEET_TRY_ASSIGN(const auto identities, age::parseIdentityFile(key.text()));
    opened = age::decrypt(bytes, identities);
  }
  if (opened) return opened;
  fleet::Error error = std::move(opened).error();
  if (error.code == "AGE06")
    return age::error("VARS67",
                      "what the plugin " + decl.store + " gave for " + id + " is " +
                          (isPass ? "not sealed for you" : "sealed neither for you nor for " + machine),
                      isPass ? "have it sealed for your key: " + who->identities.front().recipient.text
                             : "have it sealed for the key in " +
                                   (isAge ? "secrets/age-keys/machines/" + machine + "/pub"
                                          : "sops/machines/" + machine + "/key.json") +
                                   ", or for yours");
  if (error.code == "AGE01" || error.code == "AGE08")
    return age::error("VARS66",
                      "what the plugin " + decl.store + " gave for " + id + " is no age file: " + error.message,
                      "a defect of the plugin: a secrets backend gives values sealed with age");
  error.message = "what the plugin " + decl.store + " gave for " + id + ": " + error.message;
  return error;
}

}  // namespace fleetd::vars
