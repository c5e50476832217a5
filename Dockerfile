FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=""
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -buildid= -X main.release=${VERSION}" -o /out/pokey ./cmd/pokey \
 && mkdir -m 0700 /out/data /out/certs /out/authority

FROM scratch
COPY --from=build /out/pokey /pokey
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/certs /certs
COPY --from=build --chown=65532:65532 /out/authority /authority
USER 65532:65532
ENV POKEY_LISTEN=:8080 POKEY_DATA=/data POKEY_ADMIN_LISTEN=127.0.0.1:9090 POKEY_LOG_FORMAT=json
EXPOSE 8080
VOLUME /data
HEALTHCHECK --interval=10s --timeout=3s --start-period=2s CMD ["/pokey", "healthcheck"]
ENTRYPOINT ["/pokey"]
