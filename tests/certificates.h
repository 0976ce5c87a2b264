// Certificates of tests, made when they run: an authority that lives in memory, and what it signs as PEM
// files.
#pragma once
#include <cstdio>
#include <filesystem>
#include <string>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace polyfon {

class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name = "Test Authority") : key_(EVP_EC_gen("P-256")) {
    certificate_ = make(name, "", key_, nullptr, nullptr, "critical,CA:TRUE");
  }
  ~TestAuthority() {
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  void write(const std::filesystem::path& file) const { write_pem(file, certificate_, nullptr, "w"); }
  // `names`: OpenSSL's subjectAltName, "DNS:a.example,URI:sip:b.example,IP:127.0.0.1"; empty: none. The file
  // has the certificate and its key.
  void sign(const std::filesystem::path& file, const std::string& common_name, const std::string& names,
            int valid_days = 30) const {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = make(common_name, names, key, certificate_, key_, "CA:FALSE", valid_days);
    write_pem(file, certificate, key, "w");
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  static void write_key(const std::filesystem::path& file) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    write_pem(file, nullptr, key, "w");
    EVP_PKEY_free(key);
  }
  X509* issue(const std::string& common_name, const std::string& names) const {
    return make(common_name, names, key_, certificate_, key_, "CA:FALSE");
  }

 private:
  static void extend(X509* certificate, int id, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  static X509* make(const std::string& name, const std::string& names, EVP_PKEY* key, X509* issuer,
                    EVP_PKEY* issuer_key, const std::string& constraints, int valid_days = 30) {
    static long serial = 1;
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -86400L * 60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400L * valid_days);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer ? issuer : certificate));
    X509_set_pubkey(certificate, key);
    extend(certificate, NID_basic_constraints, constraints);
    if (!names.empty()) extend(certificate, NID_subject_alt_name, names);
    X509_sign(certificate, issuer_key ? issuer_key : key, EVP_sha256());
    return certificate;
  }
  static void write_pem(const std::filesystem::path& path, X509* certificate, EVP_PKEY* key,
                        const char* mode) {
    FILE* file = std::fopen(path.c_str(), mode);
    if (certificate) PEM_write_X509(file, certificate);
    if (key) PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
  }

  EVP_PKEY* key_;
  X509* certificate_;
};

}  // namespace polyfon
