/* Everything of the ABI in one library, for abidw: a type that nothing exported names is not recorded. */
#include <fleet/all.h>

#define SHOW(type, name)         \
  FLEET_EXPORT extern type name; \
  FLEET_EXPORT type name

SHOW(fleet_version_t, show_version);
SHOW(fleet_str_t, show_str);
SHOW(fleet_bytes_t, show_bytes);
SHOW(fleet_error_t, show_error);
SHOW(fleet_writer_t, show_writer);
SHOW(fleet_manifest_t, show_manifest);
SHOW(fleet_host_t, show_host);
SHOW(fleet_message_t, show_message);
SHOW(fleet_plugin_t, show_plugin);
SHOW(fleet_plugin_factory_t, show_factory);
SHOW(fleet_entry_t, show_entry);
SHOW(fleet_host_log_t, show_log);
SHOW(fleet_host_diag_t, show_diag);
SHOW(fleet_host_cancel_t, show_cancel);
SHOW(fleet_host_thread_check_t, show_thread_check);
SHOW(fleet_host_bus_t, show_bus);
SHOW(fleet_plugin_schema_t, show_schema);
SHOW(fleet_plugin_contribute_t, show_contribute);
SHOW(fleet_plugin_exports_t, show_exports);
SHOW(fleet_plugin_check_t, show_check);
SHOW(fleet_plugin_render_t, show_render);
SHOW(fleet_plugin_secrets_t, show_secrets);
SHOW(fleet_plugin_network_t, show_network);
