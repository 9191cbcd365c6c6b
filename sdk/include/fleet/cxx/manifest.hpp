// fleet/cxx/manifest.hpp - a manifest written with designated initialisers, as a compile-time constant.
#pragma once
#include <cstdint>

#include "../manifest.h"

namespace fleet {

// All lists are null-terminated arrays of static storage.
struct ManifestSpec {
  fleet_role_t role = FLEET_ROLE_SERVICE;
  std::uint32_t flags = FLEET_MF_PURE;
  const char* id = nullptr;
  const char* name = nullptr;
  const char* version = nullptr;
  const char* vendor = nullptr;
  const char* license = nullptr;
  const char* url = nullptr;
  const char* description = nullptr;
  const char* optionRoot = nullptr;
  const char* const* platforms = nullptr;
  const char* const* requires_ = nullptr;
  const char* const* reads = nullptr;
  const char* const* writes = nullptr;
  const char* const* topicsIn = nullptr;
  const char* const* topicsOut = nullptr;
  fleet_version_t minHost = FLEET_VERSION_INIT;
};

constexpr fleet_manifest_t manifest(const ManifestSpec& spec) {
  fleet_manifest_t out{};
  out.struct_size = FLEET_SIZE(fleet_manifest_t);
  out.role = spec.role;
  out.flags = spec.flags;
  out.min_host = spec.minHost;
  out.id = spec.id;
  out.name = spec.name;
  out.version = spec.version;
  out.vendor = spec.vendor;
  out.license = spec.license;
  out.url = spec.url;
  out.description = spec.description;
  out.option_root = spec.optionRoot;
  out.platforms = spec.platforms;
  out.requires_ = spec.requires_;
  out.reads = spec.reads;
  out.writes = spec.writes;
  out.topics_in = spec.topicsIn;
  out.topics_out = spec.topicsOut;
  return out;
}

}  // namespace fleet
