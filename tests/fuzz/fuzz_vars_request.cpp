// What the kernel hands to the plugin of secrets: declarations of machines and exports, the choice of a store, words of
// `fleetd secrets`. Bytes become a value of names that mean something; places that come out never leave the store.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <unistd.h>

#include "plugins/vars/graph/closure.hpp"
#include "plugins/vars/orphans.hpp"
#include "plugins/vars/secrets/secrets.hpp"
#include "plugins/vars/store/journal.hpp"

namespace {

using fleet::Value;

constexpr std::array<std::string_view, 40> kNames{"files",
                                                  "secret",
                                                  "deploy",
                                                  "owner",
                                                  "group",
                                                  "mode",
                                                  "neededFor",
                                                  "restartUnits",
                                                  "prompts",
                                                  "type",
                                                  "persist",
                                                  "display",
                                                  "label",
                                                  "dependencies",
                                                  "validation",
                                                  "builtin",
                                                  "generator",
                                                  "script",
                                                  "share",
                                                  "store",
                                                  "exportKey",
                                                  "a",
                                                  "b",
                                                  "web",
                                                  "dns:main::",
                                                  "default",
                                                  "hosts",
                                                  "recipients",
                                                  "kind",
                                                  "age",
                                                  "password-store",
                                                  "passCommand",
                                                  "users",
                                                  "machines",
                                                  "groups",
                                                  "list",
                                                  "get",
                                                  "who",
                                                  "key",
                                                  "show"};

class Maker {
 public:
  Maker(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  std::uint8_t byte() { return at_ < size_ ? data_[at_++] : 0; }
  std::string text() {
    const std::uint8_t kind = byte();
    if (kind < 240) return std::string(kNames[kind % kNames.size()]);
    std::string out;
    for (std::size_t left = byte() % 24; left > 0; --left) out += static_cast<char>(byte());
    return out;
  }
  Value value(int depth) {
    switch (byte() % (depth > 0 ? 7 : 4)) {
      case 0: return {};
      case 1: return byte() % 2 != 0;
      case 2: return std::int64_t{byte()};
      case 3: return text();
      case 4: {
        fleet::List out;
        for (std::size_t left = byte() % 6; left > 0; --left) out.push_back(value(depth - 1));
        return out;
      }
      default: {
        fleet::Attrs out;
        for (std::size_t left = byte() % 8; left > 0; --left) {
          std::string name = text();
          out.set(name, value(depth - 1));
        }
        return out;
      }
    }
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_, at_ = 0;
};

// A fleet with a user and nothing else, where requests can look.
const std::string& place() {
  static const std::string path = [] {
    const std::filesystem::path memory = "/dev/shm";  // every run looks at files
    const auto above = ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
    std::string name = (above / "fleetd-fuzz-XXXXXX").string();
    if (!mkdtemp(name.data())) std::abort();
    std::filesystem::create_directories(name + "/sops/users/a");
    std::ofstream(name + "/sops/users/a/key.json")
        << R"([{"publickey":"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p","type":"age"}])";
    setenv("HOME", name.c_str(), 1);
    std::atexit([] { std::filesystem::remove_all(std::getenv("HOME")); });
    return name;
  }();
  return path;
}

void lookAt(const Value& machines, const Value& exports, const Value& more) {
  using namespace fleetd::vars;
  static const auto store = Store::open(place(), {});
  if (!store) std::abort();
  auto all = readDeclarations(machines);
  if (!all || !addExports(exports, *all)) return;
  for (const auto& [where, decl] : *all)
    for (const auto& [file, kind] : decl.files)
      if (where != decl.place || !isStorePath("vars/" + where + "/" + file)) std::abort();
  Wanted wanted;
  if (const auto* named = more.get<std::string>()) wanted.generators.insert(*named);
  wanted.regenerate = more.get<bool>() != nullptr;
  if (const auto order = toRun(*all, *store, wanted))
    for (const auto& one : *order)
      if (!all->contains(one)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fleetd::vars;
  Maker make(data, size);
  const std::uint8_t what = make.byte();
  if (what % 3 == 0) {
    const Value machines = make.value(6), exports = make.value(6);
    lookAt(machines, exports, make.value(0));
    static_cast<void>(unsureMachines(fleet::Attrs{{"machines", machines}, {"incomplete", exports}}));
  } else if (what % 3 == 1) {
    if (const auto choice = readStoreChoice(make.value(4));
        choice && choice->passCommand != "pass" && choice->passCommand != "passage")
      std::abort();
  } else {
    fleet::Attrs request{{"fleet", place()}, {"noun", make.text()}, {"action", make.text()}};
    for (const char* name : {"words", "keys", "users", "machines", "groups", "fleetMachines"})
      request.set(name, make.value(2));
    // What writes has a key and a terminal to ask for; what reads looks at the same names.
    if (const Value whole(request); !secretsWrite(whole) && *request.find("action")->get<std::string>() != "get")
      static_cast<void>(runSecrets(whole));
  }
  return 0;
}
