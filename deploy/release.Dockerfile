# The image of a release: the Dockerfile's last stage around the binary that
# goreleaser has built for each platform.
FROM --platform=$BUILDPLATFORM busybox:1.37 AS directories
RUN mkdir -p /out && mkdir -m 0700 /out/data /out/certs /out/authority

FROM scratch
ARG TARGETPLATFORM
COPY $TARGETPLATFORM/pokey /pokey
COPY --from=directories --chown=65532:65532 /out/data /data
COPY --from=directories --chown=65532:65532 /out/certs /certs
COPY --from=directories --chown=65532:65532 /out/authority /authority
USER 65532:65532
ENV POKEY_LISTEN=:8080 POKEY_DATA=/data POKEY_ADMIN_LISTEN=127.0.0.1:9090 POKEY_LOG_FORMAT=json
EXPOSE 8080
VOLUME /data
HEALTHCHECK --interval=10s --timeout=3s --start-period=2s CMD ["/pokey", "healthcheck"]
ENTRYPOINT ["/pokey"]
