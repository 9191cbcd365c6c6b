/* hello_c: a plugin in C11. It has one rule, which holds for every host: when its option is set, a file
 * below /etc. */
#include <fleet/fleet.h>
#include <stdlib.h>
#include <string.h>

static const char* const writes[] = {"environment.etc", NULL};
static const fleet_manifest_t manifest = {
    .struct_size = sizeof(fleet_manifest_t),
    .role = FLEET_ROLE_SERVICE,
    .flags = FLEET_MF_PURE,
    .min_host = FLEET_VERSION_INIT,
    .id = "org.example.hello-c",
    .name = "Hello in C",
    .version = "1.0.0",
    .option_root = "services.hello-c",
    .writes = writes,
};

/* {options: [{default: false, doc: "Whether …", path: ["enable"], type: {k: "bool"}}]} */
static const char schema_document[] =
    "\x81\xa7options\x91\x84\xa7"
    "default\xc2\xa3"
    "doc\xb5Whether to greet in C\xa4path\x91\xa6"
    "enable\xa4type\x81\xa1k\xa4"
    "bool";

/* {definitions: [{cond: ["ref", ["services", "hello-c", "enable"]],
                   path: ["environment", "etc", "hello-c", "text"], value: "hello from C\n"}]} */
static const char rules_document[] =
    "\x81\xab"
    "definitions\x91\x83\xa4"
    "cond\x92\xa3ref\x93\xa8services\xa7hello-c\xa6"
    "enable\xa4path\x94\xab"
    "environment\xa3"
    "etc\xa7hello-c\xa4text\xa5value\xad"
    "hello from C\n";

static fleet_status_t write_schema(const fleet_plugin_t* self, const fleet_writer_t* out, fleet_error_t* err) {
  (void)self, (void)err;
  return out->write(out, schema_document, sizeof schema_document - 1);
}
static fleet_status_t write_rules(const fleet_plugin_t* self, const fleet_writer_t* out, fleet_error_t* err) {
  (void)self, (void)err;
  return out->write(out, rules_document, sizeof rules_document - 1);
}
static const fleet_plugin_schema_t schema = {write_schema};
static const fleet_plugin_contribute_t contribute = {write_rules, NULL, NULL};

static fleet_status_t init(const fleet_plugin_t* self, fleet_error_t* err) {
  (void)self, (void)err;
  return FLEET_OK;
}
static fleet_status_t activate(const fleet_plugin_t* self, fleet_bytes_t settings, fleet_error_t* err) {
  (void)self, (void)settings, (void)err;
  return FLEET_OK;
}
static void deactivate(const fleet_plugin_t* self) { (void)self; }
static void destroy(const fleet_plugin_t* self) { free((void*)self); }
static const void* get_extension(const fleet_plugin_t* self, const char* id) {
  (void)self;
  if (strcmp(id, FLEET_EXT_SCHEMA) == 0) return &schema;
  return strcmp(id, FLEET_EXT_CONTRIBUTE) == 0 ? &contribute : NULL;
}

static uint32_t count(const fleet_plugin_factory_t* self) {
  (void)self;
  return 1;
}
static const fleet_manifest_t* get_manifest(const fleet_plugin_factory_t* self, uint32_t index) {
  (void)self;
  return index == 0 ? &manifest : NULL;
}
static const fleet_plugin_t* create(const fleet_plugin_factory_t* self, const fleet_host_t* host, const char* id,
                                    fleet_error_t* err) {
  (void)self, (void)host, (void)err;
  if (strcmp(id, manifest.id) != 0) return NULL;
  fleet_plugin_t* made = calloc(1, sizeof *made);
  if (!made) return NULL;
  made->struct_size = sizeof *made;
  made->manifest = &manifest;
  made->init = init;
  made->activate = activate;
  made->deactivate = deactivate;
  made->destroy = destroy;
  made->get_extension = get_extension;
  return made;
}
static const fleet_plugin_factory_t factory = {count, get_manifest, create};

static fleet_status_t entry_init(const char* path, fleet_error_t* err) {
  (void)path, (void)err;
  return FLEET_OK;
}
static void entry_deinit(void) {}
static const void* get_factory(const char* id) { return strcmp(id, FLEET_PLUGIN_FACTORY) == 0 ? &factory : NULL; }

FLEET_EXPORT const fleet_entry_t fleet_entry_v0 = {
    sizeof(fleet_entry_t), 0, FLEET_VERSION_INIT, FLEET_VERSION_INIT, entry_init, entry_deinit, get_factory};
