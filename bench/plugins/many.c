/* Sixty-four plugins in one library, bench.p00 to bench.p63, which do as little as a plugin can: what is measured with
   them is fleetd. Each writes one definition for a host, and its check finds nothing. */
#include <fleet/fleet.h>

#include <stdio.h>
#include <string.h>

enum { COUNT = 64 };

static char ids[COUNT][16], paths[COUNT][32];
static const char* writes[COUNT][2];
static fleet_manifest_t manifests[COUNT];
static fleet_plugin_t plugins[COUNT];

static fleet_status_t good(const fleet_plugin_t* self, fleet_error_t* err) { return (void)self, (void)err, FLEET_OK; }
static fleet_status_t activate(const fleet_plugin_t* self, fleet_bytes_t settings, fleet_error_t* err) {
  return (void)self, (void)settings, (void)err, FLEET_OK;
}
static void nothing(const fleet_plugin_t* self) { (void)self; }

/* {definitions: [{path: ["bench", id's last part], value: 1}]} */
static fleet_status_t contribute(const fleet_plugin_t* self, fleet_bytes_t host, const fleet_writer_t* out,
                                 fleet_error_t* err) {
  char document[] =
      "\x81\xab"
      "definitions\x91\x82\xa4"
      "path\x92\xa5"
      "bench\xa3"
      "pXX\xa5"
      "value\x01";
  (void)host, (void)err;
  memcpy(strstr(document, "pXX"), self->manifest->id + 6, 3);
  return out->write(out, document, sizeof document - 1);
}
static fleet_status_t check(const fleet_plugin_t* self, fleet_bytes_t host, fleet_error_t* err) {
  return (void)self, (void)host, (void)err, FLEET_OK;
}

static const void* extension(const fleet_plugin_t* self, const char* id) {
  static const fleet_plugin_contribute_t contributes = {0, 0, contribute};
  static const fleet_plugin_check_t checks = {check};
  (void)self;
  if (strcmp(id, FLEET_EXT_CONTRIBUTE) == 0) return &contributes;
  return strcmp(id, FLEET_EXT_CHECK) == 0 ? (const void*)&checks : 0;
}

static uint32_t count(const fleet_plugin_factory_t* self) { return (void)self, COUNT; }
static const fleet_manifest_t* manifest(const fleet_plugin_factory_t* self, uint32_t i) {
  (void)self;
  return i < COUNT ? &manifests[i] : 0;
}
static const fleet_plugin_t* create(const fleet_plugin_factory_t* self, const fleet_host_t* host, const char* id,
                                    fleet_error_t* err) {
  (void)self, (void)host, (void)err;
  for (int i = 0; i < COUNT; ++i)
    if (strcmp(id, ids[i]) == 0) return &plugins[i];
  return 0;
}

static fleet_status_t init(const char* path, fleet_error_t* err) {
  static int done = 0; /* the host never calls it twice at once */
  (void)path, (void)err;
  if (done++) return FLEET_OK;
  for (int i = 0; i < COUNT; ++i) {
    snprintf(ids[i], sizeof ids[i], "bench.p%02d", i);
    snprintf(paths[i], sizeof paths[i], "bench.p%02d", i);
    writes[i][0] = paths[i];
    manifests[i] = (fleet_manifest_t){.struct_size = sizeof(fleet_manifest_t),
                                      .role = FLEET_ROLE_SERVICE,
                                      .flags = FLEET_MF_PURE,
                                      .min_host = FLEET_VERSION_INIT,
                                      .id = ids[i],
                                      .name = "Bench",
                                      .version = "1.0.0",
                                      .writes = writes[i]};
    plugins[i] = (fleet_plugin_t){.struct_size = sizeof(fleet_plugin_t),
                                  .manifest = &manifests[i],
                                  .init = good,
                                  .activate = activate,
                                  .deactivate = nothing,
                                  .destroy = nothing,
                                  .get_extension = extension};
  }
  return FLEET_OK;
}
static void deinit(void) {}

static const void* factory(const char* id) {
  static const fleet_plugin_factory_t made = {count, manifest, create};
  return strcmp(id, FLEET_PLUGIN_FACTORY) == 0 ? &made : 0;
}

FLEET_EXPORT const fleet_entry_t fleet_entry_v0 = {
    sizeof(fleet_entry_t), 0, FLEET_VERSION_INIT, FLEET_VERSION_INIT, init, deinit, factory};
