// A fleet without machines' configurations: what they declare is given, and requests go to the plugin's own entry.
#pragma once
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include <unistd.h>

#include <gtest/gtest.h>

#include "plugins/vars/commands.hpp"
#include "plugins/vars/store/store.hpp"

namespace fleetd::vars {

namespace fs = std::filesystem;

inline std::string contentOfFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Every file and link below a directory with its content, directories left out.
inline std::map<std::string, std::string> snapshot(const fs::path& directory) {
  std::map<std::string, std::string> out;
  if (!fs::exists(directory)) return out;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    const std::string name = entry.path().lexically_relative(directory);
    if (entry.is_symlink())
      out[name] = "-> " + fs::read_symlink(entry.path()).string();
    else if (entry.is_regular_file())
      out[name] = contentOfFile(entry.path());
  }
  return out;
}

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    // In memory where there is such a place: these tests sync a great deal.
    const fs::path memory = "/dev/shm";
    std::string name =
        ((::access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path()) / "fleetd-store-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    base_ = name;
    use(base_ / "0");
    fs::create_directories(fleet_);
  }
  void TearDown() override { fs::remove_all(base_); }

  // A fleet, and a home with the operator's key.
  void use(const fs::path& directory) {
    directory_ = directory;
    fleet_ = directory / "fleet";
    home_ = directory / "home";
    setenv("HOME", home_.c_str(), 1);
    for (const char* name : {"XDG_CONFIG_HOME", "SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE", "AGE_KEY", "AGE_KEYFILE"})
      unsetenv(name);
  }

  // "age-key" makes a pair whose halves have to fit.
  static fleet::Value pair() {
    return fleet::Attrs{
        {"builtin", fleet::Attrs{{"generator", "age-key"}}},
        {"files", fleet::Attrs{{"key", fleet::Attrs{}}, {"pub", fleet::Attrs{{"secret", false}}}}},
        {"validation", "1"},
    };
  }
  static fleet::Value machines() { return fleet::Attrs{{"barn", fleet::Attrs{{"pair", pair()}}}}; }

  fleet::Result<fleet::Value> request(const std::string& verb, fleet::Attrs more = {}) const {
    fleet::Attrs all{{"fleet", fleet_.string()}, {"machines", machines()}, {"user", "ada"}, {"verb", verb}};
    if (!store_.isNil()) all.set("store", store_);
    for (const auto& [name, value] : more) all.set(name, value);
    return runRequest(fleet::Value(all));
  }
  void end(bool committed = true) const { ASSERT_TRUE(request("done", {{"committed", committed}})); }
  // And nothing to complain about.
  void expect(const std::string& verb, fleet::Attrs more = {}) const {
    const auto answer = request(verb, std::move(more));
    ASSERT_TRUE(answer) << verb << ": " << answer.error().message;
    for (const auto& problem : problems(*answer)) ADD_FAILURE() << verb << ": " << problem;
    end();
  }
  static std::vector<std::string> problems(const fleet::Value& answer) {
    std::vector<std::string> out;
    if (const auto* list = answer.find("problems"); list && list->get<fleet::List>())
      for (const auto& one : *list->get<fleet::List>()) out.push_back(*one.find("message")->get<std::string>());
    return out;
  }

  // From here on secrets are in the store that clan calls age, for the operator, who gets a key.
  void useAge() {
    store_ = fleet::Attrs{{"kind", "age"}};
    const auto made = request("keygen");
    ASSERT_TRUE(made) << made.error().message;
    const auto* key = made->find("publicKey")->get<std::string>();
    store_ = fleet::Attrs{{"kind", "age"}, {"recipients", fleet::Attrs{{"default", fleet::List{*key}}}}};
  }
  StoreChoice choice() const {
    auto out = readStoreChoice(store_);
    EXPECT_TRUE(out);
    return *std::move(out);
  }

  fs::path base_, directory_, fleet_, home_;
  fleet::Value store_;  // nil: sops
};

}  // namespace fleetd::vars
