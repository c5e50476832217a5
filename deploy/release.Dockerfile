# The image of a release: the Dockerfile's last stage around the binary that
# goreleaser has built for each platform. It takes no other image and runs nothing,
# so that one machine builds it for all platforms.
FROM scratch AS directories
WORKDIR /out/data
WORKDIR /out/certs
WORKDIR /out/authority

FROM scratch
ARG TARGETPLATFORM
COPY $TARGETPLATFORM/pokey /pokey
COPY --from=directories --chown=65532:65532 --chmod=0700 /out/data /data
COPY --from=directories --chown=65532:65532 --chmod=0700 /out/certs /certs
COPY --from=directories --chown=65532:65532 --chmod=0700 /out/authority /authority
USER 65532:65532
ENV POKEY_LISTEN=:8080 POKEY_DATA=/data POKEY_ADMIN_LISTEN=127.0.0.1:9090 POKEY_LOG_FORMAT=json
EXPOSE 8080
VOLUME /data
HEALTHCHECK --interval=10s --timeout=3s --start-period=2s CMD ["/pokey", "healthcheck"]
ENTRYPOINT ["/pokey"]
