// The two state machines, recipient-v1 and identity-v1: everything is said first, then the plugin answers and asks.
#include "plugins/vars/age/plugin.hpp"

#include <algorithm>

#include <sodium.h>

#include "plugins/vars/age/plugin_process.hpp"

namespace fleetd::vars::age {

namespace {

constexpr int kMostMessages = 4096;

Interaction& interaction() {
  static Interaction all;
  return all;
}

std::string textOf(const Stanza& stanza) { return {stanza.body.begin(), stanza.body.end()}; }

// What a plugin says, without what a terminal would obey.
std::string plain(std::string text) {
  std::erase_if(text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f; });
  return text.substr(0, 2000);
}

class Conversation {
 public:
  explicit Conversation(std::string name) : name_(std::move(name)) {}

  fleet::Result<void> start(const std::string& machine) {
    FLEET_TRY_ASSIGN(process_, PluginProcess::start("age-plugin-" + name_, machine));
    return {};
  }
  fleet::Result<void> say(std::vector<std::string> args, View body = {}) {
    Stanza stanza{std::move(args), Bytes(body.begin(), body.end())};
    const auto done = process_.send(stanza);
    sodium_memzero(stanza.body.data(), stanza.body.size());
    return done;
  }

  // Until the plugin is done. `take` returns false for what it does not know.
  fleet::Result<void> listen(const std::function<fleet::Result<bool>(Stanza&)>& take) {
    for (int i = 0; i < kMostMessages; ++i) {
      FLEET_TRY_ASSIGN(auto stanza, process_.receive());
      const std::string command = stanza.args.front();
      if (command == "done") return process_.end();
      if (command == "error") {
        // The plugin goes on until it has said everything; the first is what is shown.
        if (problem_.empty()) problem_ = plain(textOf(stanza));
        FLEET_TRY(say({"ok"}));
        continue;
      }
      FLEET_TRY_ASSIGN(bool known, serve(command, stanza));
      if (!known) {
        FLEET_TRY_ASSIGN(known, take(stanza));
        FLEET_TRY(say({known ? "ok" : "unsupported"}));
      }
      sodium_memzero(stanza.body.data(), stanza.body.size());
    }
    return wrong("it does not come to an end");
  }
  // What it said that is wrong.
  const std::string& problem() const { return problem_; }
  fleet::Error wrong(const std::string& what) const { return error("AGE10", "age-plugin-" + name_ + ": " + what); }

 private:
  // Messages and questions, which are answered here.
  fleet::Result<bool> serve(const std::string& command, const Stanza& stanza) {
    if (command == "msg") {
      if (interaction().tell) interaction().tell(name_, plain(textOf(stanza)));
      FLEET_TRY(say({interaction().tell ? "ok" : "fail"}));
      return true;
    }
    const bool confirms = command == "confirm";
    if (!confirms && command != "request-public" && command != "request-secret") return false;
    if (!interaction().ask) {
      FLEET_TRY(say({"fail"}));
      return true;
    }
    std::string question = plain(textOf(stanza));
    if (confirms) question += choices(stanza);
    const auto answer = interaction().ask(name_, question, command == "request-secret");
    if (!answer) {
      FLEET_TRY(say({"fail"}));
    } else if (confirms) {
      const std::string_view text = answer->text();
      FLEET_TRY(say({"ok", text.starts_with('y') || text.starts_with('Y') || text == "1" ? "yes" : "no"}));
    } else {
      FLEET_TRY(say({"ok"}, answer->span()));
    }
    return true;
  }
  static std::string choices(const Stanza& stanza) {
    const auto label = [&](std::size_t at) {
      const auto text = at < stanza.args.size() ? fromBase64(stanza.args[at], false) : std::nullopt;
      return text ? plain(std::string(text->begin(), text->end())) : std::string();
    };
    const std::string no = label(2);
    return " [y: " + label(1) + (no.empty() ? "" : ", n: " + no) + "]";
  }

  std::string name_, problem_;
  PluginProcess process_;
};

}  // namespace

void setInteraction(Interaction wanted) { interaction() = std::move(wanted); }

bool isPluginName(std::string_view name) {
  return !name.empty() && name.size() <= 100 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
           c == '.' || c == '_';
  });
}

fleet::Result<std::vector<Stanza>> wrapWithPlugin(const Recipient& recipient, View fileKey) {
  Conversation plugin(recipient.plugin);
  FLEET_TRY(plugin.start("recipient-v1"));
  FLEET_TRY(plugin.say({"add-recipient", recipient.text}));
  FLEET_TRY(plugin.say({"wrap-file-key"}, fileKey));
  FLEET_TRY(plugin.say({"extension-labels"}));
  FLEET_TRY(plugin.say({"done"}));
  std::vector<Stanza> out;
  bool labelled = false;
  FLEET_TRY(plugin.listen([&](Stanza& stanza) -> fleet::Result<bool> {
    if (stanza.args.front() == "labels") {
      labelled = stanza.args.size() > 1;
      return true;
    }
    if (stanza.args.front() != "recipient-stanza") return false;
    if (stanza.args.size() < 3 || stanza.args[1] != "0") return plugin.wrong("its stanza is garbled");
    if (out.size() == 64) return plugin.wrong("it makes too many stanzas");
    out.push_back({{stanza.args.begin() + 2, stanza.args.end()}, stanza.body});
    return true;
  }));
  if (!plugin.problem().empty()) return plugin.wrong(plugin.problem());
  if (out.empty()) return plugin.wrong("it made nothing for " + recipient.text);
  if (labelled)
    return error("AGE10", "age-plugin-" + recipient.plugin + " wants no recipients of other kinds beside its own",
                 "such keys (as those that resist quantum computers) cannot share a secret with others here");
  return out;
}

fleet::Result<bool> unwrapWithPlugin(const Identity& identity, std::span<const Stanza> stanzas,
                                     std::uint8_t fileKey[kFileKey]) {
  Conversation plugin(identity.recipient.plugin);
  FLEET_TRY(plugin.start("identity-v1"));
  FLEET_TRY(plugin.say({"add-identity", std::string(identity.scalar.text())}));
  for (const Stanza& stanza : stanzas) {
    std::vector<std::string> args{"recipient-stanza", "0"};
    args.insert(args.end(), stanza.args.begin(), stanza.args.end());
    FLEET_TRY(plugin.say(std::move(args), stanza.body));
  }
  FLEET_TRY(plugin.say({"done"}));
  bool found = false;
  FLEET_TRY(plugin.listen([&](Stanza& stanza) -> fleet::Result<bool> {
    if (stanza.args.front() != "file-key") return false;
    if (stanza.args.size() != 2 || stanza.args[1] != "0" || stanza.body.size() != kFileKey)
      return plugin.wrong("its file key is garbled");
    if (found) return plugin.wrong("it has two file keys for one file");
    std::copy(stanza.body.begin(), stanza.body.end(), fileKey);
    found = true;
    return true;
  }));
  if (!found && !plugin.problem().empty()) return plugin.wrong(plugin.problem());
  return found;
}

}  // namespace fleetd::vars::age
