// Completion from the table and, where names of the fleet are asked for, from the fleet.
#include "kernel/cli/complete.hpp"

#include <algorithm>
#include <optional>

#include "kernel/base/json.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/open_plugins.hpp"
#include "kernel/cli/target.hpp"
#include "kernel/lang/print.hpp"

namespace fleetd::cli {

namespace {

class Completer {
 public:
  Completer(const std::vector<std::string>& words, const std::string& unfinished)
      : words_(words), unfinished_(unfinished) {}

  Completion run();

 private:
  void scan();
  const OptionSpec* optionOf(std::string_view word) const;
  void addOptions();
  void addPositional();
  void add(std::string_view word, std::string_view description = {});
  void addKind(Kind kind, std::string_view name);
  void addHosts();
  void addTags();
  void addPlugins();
  void addPaths();
  void addCommands();
  Context& context();

  const std::vector<std::string>& words_;
  const std::string& unfinished_;
  std::string prefix_;  // "--fleet=" while its value is completed
  const Command* command_ = nullptr;
  bool commandSeen_ = false;
  bool onlyWords_ = false;               // after --
  const OptionSpec* waiting_ = nullptr;  // an option whose value is the unfinished word
  Arguments args_;
  Output silent_{ColorChoice::Never};
  std::optional<Context> context_;
  Completion out_;
};

Context& Completer::context() {
  if (!context_) context_.emplace(args_, silent_);
  return *context_;
}

void Completer::add(std::string_view word, std::string_view description) {
  std::string whole = prefix_;
  whole += word;
  if (whole.starts_with(unfinished_)) out_.candidates.push_back({std::move(whole), std::string(description)});
}

const OptionSpec* Completer::optionOf(std::string_view word) const {
  const auto in = [&](std::span<const OptionSpec> options) -> const OptionSpec* {
    for (const OptionSpec& option : options)
      if (word == option.name || (option.letter && word.size() == 2 && word[0] == '-' && word[1] == option.letter))
        return &option;
    return nullptr;
  };
  if (const OptionSpec* option = in(globalOptions())) return option;
  return command_ ? in(command_->options) : nullptr;
}

// Reads the finished words as far as they make sense.
void Completer::scan() {
  for (const std::string& word : words_) {
    if (waiting_) {
      args_.options[std::string(waiting_->name)].push_back(word);
      waiting_ = nullptr;
    } else if (!onlyWords_ && word == "--") {
      onlyWords_ = true;
    } else if (!onlyWords_ && word.size() > 1 && word.starts_with('-')) {
      const std::size_t equals = std::min(word.find('='), word.size());
      const OptionSpec* option = optionOf(std::string_view(word).substr(0, equals));
      if (!option || option->kind == Kind::Flag) continue;
      if (equals < word.size())
        args_.options[std::string(option->name)].push_back(word.substr(equals + 1));
      else if (takesNextWord(option->kind))
        waiting_ = option;
    } else if (!commandSeen_) {
      commandSeen_ = true;
      command_ = findCommand(word);
    } else {
      args_.positionals.push_back(word);
    }
  }
}

void Completer::addOptions() {
  for (const OptionSpec& option : globalOptions()) add(option.name, option.help);
  if (!command_) return;
  for (const OptionSpec& option : command_->options) add(option.name, option.help);
}

void Completer::addCommands() {
  for (const Command& command : commands()) add(command.name, command.summary);
}

void Completer::addHosts() {
  const auto fleet = context().openFleet();
  if (!fleet) return;
  for (const fleet::Host& host : (*fleet)->hosts()) {
    const auto& all = (*fleet)->hosts();
    const bool shared =
        std::count_if(all.begin(), all.end(), [&](const fleet::Host& h) { return h.name == host.name; }) > 1;
    add(shared ? host.klass + ":" + host.name : host.name,
        host.klass + (host.system.empty() ? "" : ", " + host.system));
  }
}

void Completer::addTags() {
  const auto fleet = context().openFleet();
  if (!fleet) return;
  std::vector<std::string> tags;
  for (const fleet::Host& host : (*fleet)->hosts()) tags.insert(tags.end(), host.tags.begin(), host.tags.end());
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  for (const std::string& tag : tags) add(tag);
}

// Names of files only: no plugin is loaded.
void Completer::addPlugins() {
  const auto fleet = context().openFleet();
  const plugin::Plugins plugins = openPlugins(context(), fleet ? (*fleet)->root() : "");
  for (const plugin::PluginFile& file : plugins.files()) add(file.id);
}

// The options directly below the finished part of the path, and the homes of the host.
void Completer::addPaths() {
  auto target = parseTarget(args_.positionals);
  if (!target) return;
  const auto fleet = context().openFleet();
  if (!fleet) return;
  const auto host = (*fleet)->findHost(target->host);
  if (!host) return;
  const auto composed = context().compose(**host);
  if (args_.positionals.size() == 1)
    for (const std::string& user : composed->homes()) add("home:" + user, "home of this host");
  const std::size_t dot = unfinished_.rfind('.');
  const std::string above = dot == std::string::npos ? "" : unfinished_.substr(0, dot);
  std::string path = target->path;
  if (!path.empty() && !above.empty()) path += '.';
  path += above;
  std::string text;
  base::JsonWriter writer(text);
  if (!composed->writeJson(writer, path, false)) return;
  const auto value = base::parseJson(text);
  const base::Json::Object* members = value ? value->asObject() : nullptr;
  if (!members || value->find("$expr")) return;
  for (const auto& [name, member] : *members)
    add((above.empty() ? "" : above + ".") + lang::printName(name), member.asObject() ? "…" : "");
}

void Completer::addKind(Kind kind, std::string_view name) {
  switch (kind) {
    case Kind::Flag:
    case Kind::Text: break;
    case Kind::File: out_.files = true; break;
    case Kind::Directory: out_.directories = true; break;
    case Kind::Host: addHosts(); break;
    case Kind::Path: addPaths(); break;
    case Kind::Class:
      for (const char* word : {"nixos", "darwin", "home"}) add(word);
      break;
    case Kind::Tag: addTags(); break;
    case Kind::Plugin: addPlugins(); break;
    case Kind::HostOrCode: addHosts(); [[fallthrough]];
    case Kind::Code:
      if (!unfinished_.starts_with("FL")) break;
      for (const base::CodeInfo& code : base::allCodes()) add(code.id, code.title);
      break;
    case Kind::Isolation:
      for (const char* word : {"all", "third-party", "unsandboxed", "none"}) add(word);
      break;
    case Kind::Color:
      for (const char* word : {"auto", "always", "never"}) add(word);
      break;
    case Kind::Shell:
      for (const char* word : {"bash", "zsh", "fish"}) add(word);
      break;
    case Kind::Command: addCommands(); break;
    case Kind::Verb: add(name); break;
  }
}

void Completer::addPositional() {
  const auto& specs = command_->positionals;
  const std::size_t index = args_.positionals.size();
  if (index < specs.size())
    addKind(specs[index].kind, specs[index].name);
  else if (!specs.empty() && specs.back().repeated)
    addKind(specs.back().kind, specs.back().name);
}

Completion Completer::run() {
  scan();
  const std::size_t equals = unfinished_.find('=');
  if (waiting_) {
    addKind(waiting_->kind, "");
  } else if (!onlyWords_ && unfinished_.starts_with("--") && equals != std::string::npos) {
    prefix_ = unfinished_.substr(0, equals + 1);
    if (const OptionSpec* option = optionOf(std::string_view(unfinished_).substr(0, equals))) addKind(option->kind, "");
  } else if (!onlyWords_ && unfinished_.starts_with('-')) {
    addOptions();
  } else if (!commandSeen_) {
    addCommands();
  } else if (command_) {
    addPositional();
  }
  return std::move(out_);
}

}  // namespace

Completion complete(const std::vector<std::string>& words, const std::string& unfinished) {
  return Completer(words, unfinished).run();
}

std::string completionText(const Completion& completion) {
  std::string out;
  for (const Candidate& candidate : completion.candidates) {
    // A name with a line break or a tab would read as two candidates.
    if (candidate.word.find_first_of("\n\t") != std::string::npos) continue;
    std::string line = candidate.word;
    if (!candidate.description.empty()) line += "\t" + candidate.description;
    out += base::sanitize(line) + "\n";
  }
  if (completion.files) out += ":files\n";
  if (completion.directories) out += ":directories\n";
  return out;
}

}  // namespace fleetd::cli
