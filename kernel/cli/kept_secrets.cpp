// Asking secrets backends. What they give is sealed: only the vars plugin, which has the keys, ever opens it.
#include "kernel/cli/kept_secrets.hpp"

#include <fmt/format.h>

#include "kernel/base/encoding.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/vars_request.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using plugin::PluginValue;

constexpr std::size_t kMostSealed = 1 << 20;     // bytes of one value
constexpr std::size_t kMostTogether = 11 << 20;  // of all: as base64 they have to fit into one request

bool flagOr(const PluginValue& set, std::string_view name, bool otherwise) {
  const PluginValue* value = set.find(name);
  const bool* held = value ? value->get<bool>() : nullptr;
  return held ? *held : otherwise;
}

std::string named(const std::vector<KeptFile>& files) {
  std::string out = fmt::format("{} of {}", files.front().id(), files.front().machine);
  if (files.size() > 1) out += fmt::format(" and {} more", files.size() - 1);
  return out;
}

Result<std::vector<std::string>> ask(Context& cx, const std::string& store, const std::vector<KeptFile>& files) {
  std::vector<sdk::Secret> references;
  for (const auto& file : files)
    references.push_back({file.machine, file.generator, file.file, sdk::SecretPart::value});
  auto sealed = cx.workspace().plugins().resolve(store, references);
  if (!sealed) {
    const Error& why = sealed.error();
    // What the plugin says of a value belongs to the value; what is wrong with the plugin has a code of its own.
    const Code code = why.code == Code::FL0308 ? Code::FL0892 : why.code;
    return Error{code, fmt::format("{} cannot be had: {}", named(files), why.message), why.hint, {}};
  }
  std::size_t together = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    together += (*sealed)[i].size();
    if ((*sealed)[i].size() > kMostSealed)
      return Error{Code::FL0890,
                   fmt::format("plugin `{}` gave {} bytes for {} of {}; {} are allowed", store, (*sealed)[i].size(),
                               files[i].id(), files[i].machine, kMostSealed),
                   "a secret is a key or a password; bring larger files in another way",
                   {}};
  }
  if (together > kMostTogether)
    return Error{
        Code::FL0890,
        fmt::format("plugin `{}` gave {} bytes for {}; {} are allowed", store, together, named(files), kMostTogether),
        "a secret is a key or a password; bring larger files in another way",
        {}};
  return sealed;
}

}  // namespace

KeptFiles keptFiles(const sdk::Attrs& request, const std::function<bool(const KeptFile&)>& wanted) {
  KeptFiles out;
  const PluginValue all(request);
  const PluginValue* machines = all.find("machines");
  const auto* set = machines ? machines->get<sdk::Attrs>() : nullptr;
  if (!set) return out;
  for (const auto& [machine, generators] : *set) {
    const auto* declared = generators.get<sdk::Attrs>();
    if (!declared) continue;
    for (const auto& [name, generator] : *declared) {
      const std::string store = textOf(generator, "store");
      const PluginValue* files = generator.find("files");
      const auto* each = files ? files->get<sdk::Attrs>() : nullptr;
      if (store.empty() || !each) continue;
      for (const auto& [file, more] : *each) {
        const std::string phase = textOf(more, "neededFor");
        KeptFile one{machine,
                     name,
                     file,
                     flagOr(more, "deploy", true),
                     flagOr(generator, "share", false),
                     phase.empty() ? "activation" : phase};
        if (wanted(one)) out[store].push_back(std::move(one));
      }
    }
  }
  return out;
}

Result<void> addKept(Context& cx, sdk::Attrs& request, const KeptFiles& files) {
  sdk::Attrs kept;
  for (const auto& [store, some] : files) {
    FLEETD_TRY_ASSIGN(const auto sealed, ask(cx, store, some));
    for (std::size_t i = 0; i < some.size(); ++i)
      kept.set(fmt::format("{}/{}", some[i].machine, some[i].id()), base::toBase64(sealed[i]));
  }
  request.set("kept", std::move(kept));
  return {};
}

void checkKept(Context& cx, const KeptFiles& files) {
  for (const auto& [store, some] : files)
    if (const auto sealed = ask(cx, store, some); !sealed) cx.diagnostics.add(sealed.error());
}

}  // namespace fleetd::cli
