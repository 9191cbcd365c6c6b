// What goes into a script, and what comes out of it.
#include "plugins/vars/script/run.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "plugins/vars/graph/declaration.hpp"
#include "plugins/vars/script/child.hpp"
#include "plugins/vars/script/wrapper.hpp"

namespace fleetd::vars {

namespace {

constexpr std::size_t kMaxLine = 300, kShownLines = 8, kLeastHidden = 4;

class Feed {
 public:
  fleet::Result<void> file(const std::string& path, std::string_view content) {
    FLEET_TRY(add(std::to_string(content.size()) + " " + path + "\n"));
    return add(content);
  }
  fleet::Result<void> end() { return add("end\n"); }
  const std::vector<SecretBytes>& pieces() const { return pieces_; }

 private:
  fleet::Result<void> add(std::string_view text) {
    if (text.empty()) return {};
    FLEET_TRY_ASSIGN(auto piece, SecretBytes::copy(text));
    pieces_.push_back(std::move(piece));
    return {};
  }
  std::vector<SecretBytes> pieces_;
};

// "<generator>/<file>" of a dependency: names that are checked where they are declared.
bool isId(const std::string& id) {
  const auto slash = id.find('/');
  return slash != std::string::npos && isName(id.substr(0, slash)) && isName(id.substr(slash + 1));
}

fleet::Result<Feed> feedFor(const Script& script, const Inputs& inputs, const std::vector<std::string>& kept) {
  Feed out;
  FLEET_TRY(out.file("./script", script.text));
  for (const auto& [id, content] : inputs.files)
    if (isId(id)) FLEET_TRY(out.file("in/" + id, content.text()));
  for (const auto& [name, answer] : inputs.prompts)
    if (isName(name)) FLEET_TRY(out.file("prompts/" + name, answer.text()));
  for (const auto& name : kept) {
    const auto answer = inputs.prompts.find(name);
    if (answer != inputs.prompts.end() && isName(name)) FLEET_TRY(out.file("out/" + name, answer->second.text()));
  }
  FLEET_TRY(out.end());
  return out;
}

// The last lines of what a script said, without the values it was given.
std::string said(std::string text, const Inputs& inputs) {
  const auto hide = [&](std::string_view value) {
    while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.remove_suffix(1);
    if (value.size() < kLeastHidden) return;
    for (auto at = text.find(value); at != std::string::npos; at = text.find(value, at))
      text.replace(at, value.size(), "<hidden>");
  };
  for (const auto& [id, content] : inputs.files) hide(content.text());
  for (const auto& [name, answer] : inputs.prompts) hide(answer.text());
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::size_t begin = text.size();
  for (std::size_t lines = 0; begin > 0; --begin)
    if (text[begin - 1] == '\n' && ++lines == kShownLines) break;
  return text.substr(begin);
}

fleet::Error scriptError(const char* code, std::string message, std::string hint = {}) {
  return age::error(code, std::move(message), std::move(hint));
}

// Reads what the wrapper gives.
class Reader {
 public:
  Reader(std::string_view text, std::size_t most) : rest_(text), most_(most) {}

  std::optional<std::string_view> line() {
    const auto end = rest_.substr(0, kMaxLine).find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const auto out = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return out;
  }
  std::optional<std::string_view> bytes(std::string_view number) {
    std::size_t size = 0;
    const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), size);
    if (problem != std::errc() || end != number.data() + number.size() || size > rest_.size() || size > most_)
      return std::nullopt;
    const auto out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  std::size_t most_;
};

fleet::Error garbled() {
  return scriptError("VARS76", "what came out of the script's sandbox is no answer",
                     "programs it left running may have written into its files");
}

fleet::Result<Outputs> filesOf(Reader& reader, const std::vector<std::string>& wanted) {
  Outputs out;
  std::string others;
  bool odd = false;
  for (;;) {
    const auto line = reader.line();
    if (!line) return garbled();
    if (*line == "end") break;
    if (*line == "odd") {
      odd = true;
      continue;
    }
    if (!line->starts_with("file ")) return garbled();
    const auto blank = line->find(' ', 5);
    if (blank == std::string_view::npos) return garbled();
    const std::string name(line->substr(blank + 1));
    const auto content = reader.bytes(line->substr(5, blank - 5));
    if (!content) return garbled();
    if (std::find(wanted.begin(), wanted.end(), name) == wanted.end()) {
      others += (others.empty() ? "" : ", ") + name;
      continue;
    }
    FLEET_TRY_ASSIGN(auto held, SecretBytes::copy(*content));
    out.insert_or_assign(name, std::move(held));
  }
  if (!reader.done()) return garbled();
  if (!others.empty() || odd)
    return scriptError("VARS74",
                       others.empty() ? "its script made something at $out that is no file"
                                      : "its script made files that are not declared: " + others,
                       "declare them under `files`, or let it write them to $TMPDIR");
  std::string made, missing;
  for (const auto& [name, content] : out) made += (made.empty() ? "" : ", ") + name;
  for (const auto& name : wanted)
    if (!out.contains(name)) missing += (missing.empty() ? "`" : ", `") + name + "`";
  if (!missing.empty())
    return scriptError("VARS71", "its script did not make " + missing,
                       made.empty() ? "it made no file at $out" : "it made: " + made);
  return out;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : ":") + part;
  return out;
}

fleet::Result<Outputs> outcome(const ChildEnd& end, const Inputs& inputs, const std::vector<std::string>& files,
                               const ScriptLimits& limits) {
  const std::string text = said(end.errors, inputs);
  switch (end.how) {
    case ChildEnd::How::TooLong:
      return scriptError("VARS73",
                         "its script was ended after " + std::to_string(limits.time.count() / 1000) + " seconds",
                         text.empty() ? "give it more with --script-timeout" : "it said last: " + text);
    case ChildEnd::How::TooMuch:
      return scriptError("VARS75", "its script made more than " + std::to_string(limits.bytes >> 20) + " MiB", text);
    case ChildEnd::How::Signal:
      return scriptError("VARS72", "its script was ended by signal " + std::to_string(end.number), text);
    case ChildEnd::How::Exit: break;
  }
  Reader reader(end.output.text(), limits.bytes);
  const auto first = reader.line();
  // Without that line the script never began.
  if (!first || !first->starts_with("exit "))
    return scriptError("VARS70", "its sandbox cannot be set up" + (text.empty() ? "" : ": " + text),
                       "bubblewrap needs user namespaces; --no-sandbox runs scripts without");
  if (*first != "exit 0")
    return scriptError("VARS72", "its script failed with exit status " + std::string(first->substr(5)), text);
  if (end.number != 0) return garbled();
  return filesOf(reader, files);
}

}  // namespace

fleet::Result<Outputs> runScript(const Sandbox& sandbox, const Script& script, const Inputs& inputs,
                                 const std::vector<std::string>& kept, const std::vector<std::string>& files,
                                 const ScriptLimits& limits) {
  FLEET_TRY_ASSIGN(const auto feed, feedFor(script, inputs, kept));
  ChildPlan plan;
  FLEET_TRY_ASSIGN(plan.words, sandboxWords(sandbox, script.tools));
  std::vector<std::string> path = script.tools.path;
  path.push_back(script.tools.coreutils);
  plan.words.insert(plan.words.end(),
                    {script.tools.shell, "-c", kWrapper, "generator", script.tools.coreutils, script.tools.shell,
                     workDirectory(sandbox), joined(path), std::to_string(limits.processes)});
  plan.environment = {"PATH=" + script.tools.coreutils};
  plan.input = &feed.pieces();
  plan.timeout = limits.time;
  plan.maxOutput = limits.bytes + files.size() * kMaxLine + 4096;
  plan.dropRoot = sandbox.kind == SandboxKind::Bubblewrap;
  FLEET_TRY_ASSIGN(const auto end, runChild(plan));
  return outcome(end, inputs, files, limits);
}

}  // namespace fleetd::vars
