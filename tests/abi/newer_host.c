/* A host of a later SDK, whose structs have grown, and a plugin of today: load, schema, rules, end. Built by
 * growth_test.py against headers it has grown. Usage: newer_host LIBRARY ID */
#include <dlfcn.h>
#include <fleet/all.h>
#include <stdio.h>
#include <string.h>

#ifndef FLEET_GROWN
#error "this is for grown headers"
#endif

static uint64_t written;
static fleet_status_t write_bytes(const fleet_writer_t* self, const void* data, uint64_t size) {
  (void)self, (void)data;
  written += size;
  return FLEET_OK;
}
static const void* no_extension(const fleet_host_t* host, const char* id) {
  (void)host, (void)id;
  return NULL;
}
static void no_callback(const fleet_host_t* host) { (void)host; }
static void no_restart(const fleet_host_t* host, const char* reason) { (void)host, (void)reason; }

#define NEED(condition)                                     \
  do {                                                      \
    if (!(condition)) return printf("%s\n", #condition), 1; \
  } while (0)

int main(int argc, char** argv) {
  fleet_host_t host = {sizeof host,  0,           FLEET_VERSION_INIT, NULL, "later", "1",
                       no_extension, no_callback, no_restart,         {0}};
  fleet_writer_t out = {sizeof out, 0, NULL, write_bytes, {0}};
  fleet_error_t error;
  memset(&error, 0, sizeof error);
  error.struct_size = sizeof error;
  NEED(argc == 3);
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  NEED(library);
  const fleet_entry_t* entry = dlsym(library, FLEET_ENTRY_SYMBOL);
  NEED(entry);
  /* The fields of today are there, those of tomorrow are not. */
  NEED(FLEET_HAS(entry, fleet_entry_t, get_factory) && !FLEET_HAS(entry, fleet_entry_t, grown));
  NEED(entry->init(argv[1], &error) == FLEET_OK);
  const fleet_plugin_factory_t* factory = entry->get_factory(FLEET_PLUGIN_FACTORY);
  NEED(factory && factory->count(factory) == 1);
  const fleet_manifest_t* manifest = factory->manifest(factory, 0);
  NEED(FLEET_HAS(manifest, fleet_manifest_t, topics_out) && !FLEET_HAS(manifest, fleet_manifest_t, grown));
  NEED(fleet_version_ok(host.version, manifest->min_host));
  const fleet_plugin_t* plugin = factory->create(factory, &host, argv[2], &error);
  NEED(FLEET_HAS(plugin, fleet_plugin_t, get_extension) && !FLEET_HAS(plugin, fleet_plugin_t, grown));
  NEED(plugin->init(plugin, &error) == FLEET_OK);
  const fleet_plugin_schema_t* schema = plugin->get_extension(plugin, FLEET_EXT_SCHEMA);
  NEED(schema && schema->write(plugin, &out, &error) == FLEET_OK && written > 0);
  NEED(plugin->activate(plugin, (fleet_bytes_t){NULL, 0}, &error) == FLEET_OK);
  const fleet_plugin_contribute_t* contribute = plugin->get_extension(plugin, FLEET_EXT_CONTRIBUTE);
  written = 0;
  NEED(contribute && contribute->rules(plugin, &out, &error) == FLEET_OK && written > 0);
  plugin->deactivate(plugin);
  plugin->destroy(plugin);
  entry->deinit();
  NEED(error.struct_size == sizeof error);
  puts("fine");
  return 0;
}
