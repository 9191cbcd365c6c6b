// Values of a file that somebody keeps with sops itself, as secrets of the fleet.
#include "plugins/vars/secrets/run.hpp"
#include "plugins/vars/sops/tree_file.hpp"
#include "plugins/vars/store/disk.hpp"
#include "plugins/vars/terminal.hpp"

namespace fleetd::vars {

namespace {

const std::string kSecrets = "sops/secrets/";

fleet::Result<std::vector<sops::TopValue>> valuesIn(const SecretsRun& run) {
  const std::string& file = run.word(0);
  const bool isInput = file == "-";
  auto format = run.request.inputType.empty() ? sops::formatOf(file) : sops::formatNamed(run.request.inputType);
  if (!format) return std::move(format).error();
  // What it holds is encrypted, but for what its owner did not want to be.
  std::string text;
  if (isInput) {
    FLEET_TRY_ASSIGN(const auto input, readInput());
    text = input.text();
  } else {
    FLEET_TRY_ASSIGN(text, disk::read(file));
  }
  auto who = findOperator();
  if (!who && who.error().code != "VARS32") return std::move(who).error();
  const std::vector<age::Identity> none;
  auto values = sops::openTree(text, *format, who ? who->identities : none);
  if (values) return values;
  fleet::Error error = std::move(values).error();
  error.message = (isInput ? "standard input" : file) + ": " + error.message;
  return error;
}

// Why a value is passed over; empty when it is not.
std::string reasonAgainst(const SecretsRun& run, const sops::TopValue& value, const std::string& name) {
  if (!value.isText) return "it is " + value.what + ", not a text";
  if (value.open) return "it is not encrypted, and nothing proves that nobody changed it (mac_only_encrypted)";
  if (value.text.size() == 0) return "it is empty";
  if (run.access.isThere(kSecrets + name)) return "there is a secret of this name already";
  return {};
}

}  // namespace

fleet::Result<void> importSops(SecretsRun& run) {
  FLEET_TRY_ASSIGN(const auto values, valuesIn(run));
  std::size_t count = 0;
  for (const auto& value : values) {
    const std::string name = run.request.prefix + value.name;
    const std::string shown = name.substr(0, 80);
    if (const std::string why = reasonAgainst(run, value, name); !why.empty()) {
      run.answer.add("passed over " + shown + ": " + why);
      continue;
    }
    auto fine = mustBeNewName("secrets", name);
    if (fine) fine = mustBeNoMachineKey(run, name);
    if (!fine) {
      run.answer.problem(fine.error().message,
                         "`sops --decrypt --extract '[\"KEY\"]' FILE | fleetd secrets set NAME` "
                         "takes it under another name");
      continue;
    }
    FLEET_TRY_ASSIGN(const auto readers, readersWanted(run, kSecrets + name));
    FLEET_TRY(run.access.write(kSecrets + name, value.text, readers));
    run.answer.add("imported " + name);
    ++count;
  }
  run.answer.add(count == 0   ? "nothing was imported"
                 : count == 1 ? "1 secret imported"
                              : std::to_string(count) + " secrets imported");
  return {};
}

}  // namespace fleetd::vars
