// fleet/cxx/view_codec.hpp - views and rendered files as msgpack, both ways. The form is described in
// docs/sdk/messages.md.
#pragma once
#include "view.hpp"

namespace fleet {

namespace detail {

template <class T>
void packMap(Packer& out, const std::map<std::string, T>& map) {
  out.map(map.size());
  for (const auto& [name, item] : map) {
    out.str(name);
    pack(out, item);
  }
}

template <class T, class F>
Result<bool> readMap(Reader& in, std::map<std::string, T>& out, F&& read) {
  FLEET_TRY_ASSIGN(const auto count, in.map());
  for (std::uint32_t i = 0; i < count; ++i) {
    FLEET_TRY_ASSIGN(const auto name, in.str());
    auto item = read();
    if (!item) return under(name, std::move(item).error());
    const auto before = out.size();
    out.emplace_hint(out.end(), std::string(name), *std::move(item));  // mostly in order
    if (out.size() == before) return malformed("a map has the same key twice", std::string(name));
  }
  return true;
}

}  // namespace detail

inline void pack(Packer& out, const MachineView& machine) {
  FieldPacker map;
  map.text("class", machine.hostClass);
  map.value("facts", machine.facts);
  map.text("system", machine.system);
  packTexts(map.field("tags"), machine.tags);
  map.finish(out);
}

// Most machines have the settings of the one before, which are packed once then.
inline void pack(Packer& out, const RoleView& role) {
  FieldPacker map;
  Packer& machines = map.field("machines");
  machines.map(role.machines.size());
  const Attrs* before = nullptr;
  std::string same;
  for (const auto& [name, settings] : role.machines) {
    machines.str(name);
    const auto* attrs = settings.get<Attrs>();
    if (attrs && before && attrs->sharesWith(*before)) {
      machines.raw(same);
      continue;
    }
    const std::size_t from = machines.view().size();
    pack(machines, settings);
    same = machines.view().substr(from);
    before = attrs;
  }
  map.finish(out);
}

inline void pack(Packer& out, const InstanceView& instance) {
  FieldPacker map;
  detail::packMap(map.field("roles"), instance.roles);
  map.finish(out);
}

inline void pack(Packer& out, const std::map<std::string, Value>& values) { detail::packMap(out, values); }

inline void pack(Packer& out, const FleetView& fleet) {
  FieldPacker map;
  map.text("domain", fleet.domain);
  if (!fleet.exports.empty()) detail::packMap(map.field("exports"), fleet.exports);
  detail::packMap(map.field("instances"), fleet.instances);
  detail::packMap(map.field("machines"), fleet.machines);
  map.text("name", fleet.name);
  map.value("shared", fleet.shared);
  map.finish(out);
}

inline void pack(Packer& out, const Membership& membership) {
  FieldPacker map;
  map.field("instance").str(membership.instance);
  map.field("role").str(membership.role);
  map.value("settings", membership.settings);
  map.finish(out);
}

inline void pack(Packer& out, const HostView& host) {
  FieldPacker map;
  map.text("class", host.hostClass);
  map.value("facts", host.facts);
  map.text("host", host.name);
  auto& instances = map.field("instances");
  instances.array(host.memberships.size());
  for (const auto& membership : host.memberships) pack(instances, membership);
  map.value("options", host.options);
  map.text("system", host.system);
  packTexts(map.field("tags"), host.tags);
  map.finish(out);
}

inline void pack(Packer& out, const ComposedHost& host) {
  FieldPacker map;
  packTexts(map.field("aggregates"), host.aggregates);
  map.value("assumed", host.assumed);
  map.text("class", host.hostClass);
  pack(map.field("definitions"), host.definitions);
  map.text("host", host.name);
  map.value("options", host.options);
  if (host.partial) map.field("partial").boolean(true);
  map.text("system", host.system);
  packTexts(map.field("tags"), host.tags);
  map.finish(out);
}

inline void pack(Packer& out, const std::vector<RenderedFile>& files) {
  out.array(files.size());
  for (const auto& file : files) {
    FieldPacker map;
    map.field("content").bin(file.content);
    map.field("mode").natural(file.mode);
    map.field("path").str(file.path);
    map.finish(out);
  }
}

inline Result<MachineView> readMachineView(Reader& in) {
  MachineView out;
  FLEET_TRY(readFields(in, Unknown::skip, [&](std::string_view name) -> Result<bool> {
    if (name == "class") return readInto(in, out.hostClass);
    if (name == "system") return readInto(in, out.system);
    if (name == "tags") return readTexts(in, out.tags);
    if (name == "facts") return readInto(in, out.facts);
    return false;
  }));
  return out;
}

inline Result<RoleView> readRoleView(Reader& in) {
  RoleView out;
  FLEET_TRY(readFields(in, Unknown::skip, [&](std::string_view name) -> Result<bool> {
    if (name != "machines") return false;
    std::string_view bytes;
    Value before;
    return detail::readMap(in, out.machines, [&]() -> Result<Value> {
      if (in.again(bytes)) return before;
      const std::string_view rest = in.rest();
      FLEET_TRY_ASSIGN(before, readValue(in));
      bytes = rest.substr(0, rest.size() - in.left());
      return before;
    });
  }));
  return out;
}

inline Result<InstanceView> readInstanceView(Reader& in) {
  InstanceView out;
  FLEET_TRY(readFields(in, Unknown::skip, [&](std::string_view name) -> Result<bool> {
    if (name == "roles") return detail::readMap(in, out.roles, [&] { return readRoleView(in); });
    return false;
  }));
  return out;
}

inline Result<bool> readInto(Reader& in, Exports& out) {
  return detail::readMap(in, out, [&]() -> Result<std::map<std::string, Value>> {
    std::map<std::string, Value> interfaces;
    FLEET_TRY(detail::readMap(in, interfaces, [&] { return readValue(in); }));
    return interfaces;
  });
}

// One document of exports that fills the whole input.
inline Result<Exports> parseExports(std::string_view bytes) {
  Reader in(bytes);
  Exports out;
  FLEET_TRY(readInto(in, out));
  if (!in.done()) return malformed("bytes after the end of the document");
  return out;
}

inline Result<FleetView> readFleetView(Reader& in) {
  FleetView out;
  FLEET_TRY(readFields(in, Unknown::skip, [&](std::string_view name) -> Result<bool> {
    if (name == "machines") return detail::readMap(in, out.machines, [&] { return readMachineView(in); });
    if (name == "instances") return detail::readMap(in, out.instances, [&] { return readInstanceView(in); });
    if (name == "name") return readInto(in, out.name);
    if (name == "domain") return readInto(in, out.domain);
    if (name == "shared") return readInto(in, out.shared);
    if (name == "exports") return readInto(in, out.exports);
    return false;
  }));
  return out;
}

inline Result<Membership> readMembership(Reader& in) {
  Membership out;
  FLEET_TRY(readFields(in, Unknown::skip, [&](std::string_view name) -> Result<bool> {
    if (name == "instance") return readInto(in, out.instance);
    if (name == "role") return readInto(in, out.role);
    if (name == "settings") return readInto(in, out.settings);
    return false;
  }));
  return out;
}

inline Result<HostView> readHostView(Reader& in) {
  HostView out;
  FLEET_TRY(readFields(in, Unknown::skip, [&](std::string_view name) -> Result<bool> {
    if (name == "host") return readInto(in, out.name);
    if (name == "class") return readInto(in, out.hostClass);
    if (name == "system") return readInto(in, out.system);
    if (name == "tags") return readTexts(in, out.tags);
    if (name == "options") return readInto(in, out.options);
    if (name == "facts") return readInto(in, out.facts);
    if (name != "instances") return false;
    FLEET_TRY(readElements(in, [&]() -> Result<void> {
      FLEET_TRY_ASSIGN(auto membership, readMembership(in));
      out.memberships.push_back(std::move(membership));
      return {};
    }));
    return true;
  }));
  return out;
}

inline Result<ComposedHost> readComposedHost(Reader& in) {
  ComposedHost out;
  FLEET_TRY(readFields(in, Unknown::skip, [&](std::string_view name) -> Result<bool> {
    if (name == "host") return readInto(in, out.name);
    if (name == "class") return readInto(in, out.hostClass);
    if (name == "system") return readInto(in, out.system);
    if (name == "aggregates") return readTexts(in, out.aggregates);
    if (name == "definitions") return readInto(in, out.definitions, Unknown::skip);
    if (name == "options") return readInto(in, out.options);
    if (name == "tags") return readTexts(in, out.tags);
    if (name == "assumed") return readInto(in, out.assumed);
    if (name == "partial") return readInto(in, out.partial);
    return false;
  }));
  return out;
}

inline Result<std::vector<RenderedFile>> readRenderedFiles(Reader& in) {
  std::vector<RenderedFile> out;
  FLEET_TRY(readElements(in, [&]() -> Result<void> {
    RenderedFile file;
    FLEET_TRY(readFields(in, Unknown::refuse, [&](std::string_view name) -> Result<bool> {
      if (name == "path") return readInto(in, file.path);
      if (name == "content") {
        FLEET_TRY_ASSIGN(file.content, in.next() == Kind::str ? in.str() : in.bin());
        return true;
      }
      if (name != "mode") return false;
      FLEET_TRY_ASSIGN(const auto mode, in.natural());
      if (mode != 0644 && mode != 0755) return malformed("the mode of a file is 0644 or 0755");
      file.mode = static_cast<std::uint32_t>(mode);
      return true;
    }));
    out.push_back(std::move(file));
    return {};
  }));
  return out;
}

}  // namespace fleet
