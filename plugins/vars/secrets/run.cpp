// Names, tables and plans, for all verbs.
#include "plugins/vars/secrets/run.hpp"

#include <algorithm>
#include <numeric>

#include "plugins/vars/sops/pgp.hpp"

namespace fleetd::vars {

namespace {

constexpr std::string_view kSecrets = "sops/secrets/";

// How many letters have to be changed, left out or put in.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = corner + (a[i] == b[j] ? 0 : 1);
      corner = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string nearest(const std::string& name, const std::vector<std::string>& known) {
  std::string out;
  std::size_t best = std::max<std::size_t>(2, name.size() / 3) + 1;
  if (name.empty() || name.size() > 200) return out;
  for (const auto& one : known)
    if (const std::size_t far = distance(name, one); far < best) {
      best = far;
      out = one;
    }
  return out;
}

fleet::Error unknown(const std::string& what, const std::string& name, const std::vector<std::string>& known) {
  std::string hint;
  if (const std::string near = nearest(name, known); !near.empty())
    hint = "did you mean `" + near + "`?";
  else if (known.empty())
    hint = what == "machine" ? "the fleet has no such machine, and none has a key" : "there is none yet";
  else
    for (std::size_t i = 0; i < known.size() && i < 8; ++i) hint += (i ? ", " : "there are: ") + known[i];
  return age::error("VARS81", "there is no " + what + " `" + name.substr(0, 80) + "`", hint);
}

bool isShortName(const std::string& name) {
  const auto first = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  return !name.empty() && name.size() <= 32 && first(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return first(c) || (c >= '0' && c <= '9') || c == '-'; });
}

bool isSecretName(const std::string& name) {
  return !name.empty() && name.size() <= 200 && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
                  c == '-';
         });
}

}  // namespace

Table::Table(std::vector<std::string> titles) {
  for (auto& title : titles) titles_.push_back(std::move(title));
}
void Table::add(const std::vector<std::string>& cells, fleet::Value data) {
  fleet::List row;
  for (const auto& cell : cells) row.push_back(cell);
  rows_.push_back(std::move(row));
  data_.push_back(std::move(data));
}
void Table::into(Answer& answer) {
  answer.set("titles", std::move(titles_));
  answer.set("rows", std::move(rows_));
  answer.set("data", std::move(data_));
}

fleet::List listOf(const std::set<std::string>& names) { return {names.begin(), names.end()}; }

std::string joined(const std::set<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

std::string singular(const std::string& kind) { return kind.substr(0, kind.size() - 1); }

fleet::Result<void> applyPlan(SecretsRun& run, const std::vector<Reseal>& plan) {
  FLEET_TRY(run.access.apply(plan));
  if (!plan.empty())
    run.answer.add(std::to_string(plan.size()) + (plan.size() == 1 ? " secret" : " secrets") + " encrypted again");
  return {};
}

fleet::Result<void> mustBe(const SecretsRun& run, const std::string& kind, const std::string& name) {
  const Members& members = run.access.members();
  std::vector<std::string> known;
  if (kind == "groups")
    for (const auto& [one, group] : members.groups) known.push_back(one);
  else
    for (const auto& one : members.names(kind)) known.push_back(one);
  if (std::find(known.begin(), known.end(), name) != known.end()) return {};
  return unknown(singular(kind), name, known);
}

fleet::Result<void> mustBeReader(SecretsRun& run, const std::string& kind, const std::string& name) {
  const bool isNew = kind == "machines" && !run.access.members().names(kind).contains(name);
  if (!isNew || !run.request.fleetMachines.contains(name) || !isName(name)) return mustBe(run, kind, name);
  FLEET_TRY(run.access.ensureMachine(name));
  run.answer.add("made a key for " + name + "; `fleetd vars upload " + name +
                 "` or the next deployment brings it there");
  return {};
}

std::string secretName(const std::string& directory) {
  return directory.starts_with(kSecrets) ? directory.substr(kSecrets.size()) : directory;
}

fleet::Result<std::string> findSecret(const SecretsRun& run, const std::string& name) {
  FLEET_TRY_ASSIGN(const auto all, run.access.all());
  std::vector<std::string> known;
  for (const auto& directory : all) {
    const std::string own = secretName(directory);
    if (name == own || "vars/" + name == own) return directory;
    known.push_back(own);
  }
  return unknown("secret", name, known);
}

fleet::Result<void> mustBeNewName(const std::string& kind, const std::string& name) {
  if (kind == "users" || kind == "groups") {
    if (isShortName(name)) return {};
    return age::error("VARS80", "`" + name.substr(0, 80) + "` cannot be the name of a " + singular(kind),
                      "use a to z, digits, _ and -, beginning with a letter, 32 at most");
  }
  if (kind == "machines" ? isName(name) && name.size() <= 63 : isSecretName(name)) return {};
  return age::error("VARS80", "`" + name.substr(0, 80) + "` cannot be the name of a " + singular(kind),
                    kind == "machines" ? "use letters, digits and . _ -, 63 at most"
                                       : "use letters, digits and . _ -, 200 at most, not beginning with a dot");
}

fleet::Result<std::vector<age::Recipient>> keysGiven(const SecretsRun& run, std::size_t firstWord) {
  std::vector<age::Recipient> out;
  for (const auto& text : run.request.pgpKeys) {
    FLEET_TRY_ASSIGN(auto key, sops::parsePgpRecipient(text));
    out.push_back(std::move(key));
  }
  std::vector<std::string> texts = run.request.keys;
  for (std::size_t i = firstWord; i < run.request.words.size(); ++i) texts.push_back(run.word(i));
  if (texts.empty() && out.empty())
    return age::error("VARS85", "a public key is needed",
                      "--age-key age1… or --pgp-key FINGERPRINT; `fleetd secrets key show` prints one's own");
  for (const auto& text : texts) {
    std::string upper = text.substr(0, 16);
    for (char& c : upper)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (upper.find("AGE-SECRET-KEY") != std::string::npos || text.find("PRIVATE KEY") != std::string::npos)
      return age::error("VARS86", "this is a secret key; a public one is needed",
                        "other programs may have seen it on the command line: make a new one");
    // A fingerprint cannot be anything else.
    auto pgp = sops::parsePgpRecipient(text);
    auto key = pgp ? std::move(pgp) : age::parseRecipient(text);
    if (!key) return std::move(key).error();
    out.push_back(*std::move(key));
  }
  return out;
}

}  // namespace fleetd::vars
