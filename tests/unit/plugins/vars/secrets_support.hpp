// Requests of `fleetd secrets`, with values through standard input and output as people give and get them.
#pragma once
#include <unistd.h>

#include "store_support.hpp"

namespace fleetd::vars {

class SecretsTest : public StoreTest {
 protected:
  using Words = std::vector<std::string>;

  static fleet::List texts(const Words& words) { return {words.begin(), words.end()}; }

  fleet::Result<fleet::Value> secrets(const std::string& noun, const std::string& action, const Words& words = {},
                                      fleet::Attrs more = {}) const {
    more.set("noun", noun).set("action", action).set("words", texts(words));
    auto answer = request("secrets", std::move(more));
    if (answer && answer->find("commits") && !answer->find("commits")->get<fleet::List>()->empty()) end();
    return answer;
  }
  // The code of the error; "problems" with findings, "" when all went well.
  std::string code(const std::string& noun, const std::string& action, const Words& words = {},
                   fleet::Attrs more = {}) const {
    const auto answer = secrets(noun, action, words, std::move(more));
    if (!answer) return answer.error().code;
    return problems(*answer).empty() ? "" : "problems";
  }
  std::string set(const std::string& name, std::string_view value, fleet::Attrs more = {}) const {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(write(ends[1], value.data(), value.size()), static_cast<ssize_t>(value.size()));
    close(ends[1]);
    const int before = dup(STDIN_FILENO);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    std::string out = code("", "set", {name}, std::move(more));
    dup2(before, STDIN_FILENO);
    close(before);
    return out;
  }

  std::string directory(const std::string& name) const {
    return name.find('/') == std::string::npos ? "sops/secrets/" + name : name;
  }
  // What the operator reads; the error's code otherwise.
  std::string value(const std::string& name) const {
    auto store = Store::open(fleet_);
    EXPECT_TRUE(store);
    const auto got = store->readSecretAt(directory(name));
    return got ? std::string(got->text()) : got.error().code;
  }
  // The same for somebody with this key file.
  std::string valueFor(const fs::path& key, const std::string& name) const {
    setenv("SOPS_AGE_KEY_FILE", key.c_str(), 1);
    std::string out = value(name);
    unsetenv("SOPS_AGE_KEY_FILE");
    return out;
  }
  // A new key in a file of its own; the public half.
  std::string key(const fs::path& file) const {
    const auto identity = age::generateIdentity();
    EXPECT_TRUE(identity);
    const auto text = age::identityText(*identity);
    EXPECT_TRUE(text);
    std::ofstream(file) << text->text() << "\n";
    return identity->recipient.text;
  }
  std::string ada() const { return publicKey("users/ada"); }
  std::string publicKey(const std::string& name) const {
    const auto keys = readKeys(fleet_, name.substr(0, name.find('/')));
    EXPECT_TRUE(keys);
    const auto found = keys->find(name.substr(name.find('/') + 1));
    return found == keys->end() ? "" : found->second.front().text;
  }
  fs::path secretFile(const std::string& name) const { return fleet_ / directory(name) / "secret"; }
  bool isFor(const std::string& name, const std::string& key) const {
    return contentOfFile(secretFile(name)).find(key) != std::string::npos;
  }
};

}  // namespace fleetd::vars
