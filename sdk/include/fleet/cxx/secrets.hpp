// fleet/cxx/secrets.hpp - SecretsPlugin: keeps generated values and hands them out sealed.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "../ext/secrets.h"
#include "plugin.hpp"

namespace fleet {

template <class Self>
class SecretsPlugin : public PluginBase {
 public:
  SecretsPlugin() : PluginBase(&Self::manifest, 0) {}

 protected:
  // One answer for each reference, in their order: bytes that only the receiver can open. Plain text never leaves.
  // A failure concerns all of them.
  virtual Result<std::vector<std::string>> resolve(const std::vector<Secret>& references) = 0;

 private:
  const void* otherExtension(std::string_view id) const final {
    static constexpr fleet_plugin_secrets_t kSecrets{cResolve};
    return id == FLEET_EXT_SECRETS ? &kSecrets : nullptr;
  }

  static fleet_status_t cResolve(const fleet_plugin_t* p, fleet_bytes_t refs, const fleet_writer_t* out,
                                 fleet_error_t* err) noexcept {
    return guard(err, [&]() -> Result<void> {
      FLEET_TRY_ASSIGN(const auto list,
                       parseValue({static_cast<const char*>(refs.data), static_cast<std::size_t>(refs.size)}));
      const auto* items = list.template get<List>();
      if (!items) return malformed("expected a list of secret references");
      std::vector<Secret> wanted;
      for (const Value& item : *items) {
        if (!item.secret()) return malformed("expected a secret reference");
        wanted.push_back(*item.secret());
      }
      FLEET_TRY_ASSIGN(const auto sealed, static_cast<SecretsPlugin&>(self(p)).resolve(wanted));
      if (sealed.size() != wanted.size()) return Error{FLEET_E_UNKNOWN, {}, {}, "an answer is missing", {}, 0};
      Packer packer;
      packer.array(sealed.size());
      for (const auto& bytes : sealed) packer.bin(bytes);
      return writeAll(out, packer.view());
    });
  }
};

}  // namespace fleet
