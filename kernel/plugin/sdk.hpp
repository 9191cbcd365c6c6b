// The SDK's namespace under a name that does not collide with kernel/fleet, and the SDK types the kernel uses
// as its own.
#pragma once
#include <fleet/fleet.h>
#include <fleet/cxx/definition.hpp>
#include <fleet/cxx/type.hpp>
#include <fleet/cxx/view.hpp>

namespace fleetd {
namespace sdk = ::fleet;
}  // namespace fleetd

namespace fleetd::plugin {

using Definition = sdk::Definition;
using PluginValue = sdk::Value;
using Schema = sdk::Schema;
using FleetView = sdk::FleetView;
using Exports = sdk::Exports;
using HostView = sdk::HostView;
using ComposedView = sdk::ComposedHost;
using RenderedFile = sdk::RenderedFile;

}  // namespace fleetd::plugin
