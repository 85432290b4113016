# The image of the service in production: no compiler, no development or optional packages, and no embedded default
# (.dockerignore leaves src/local out).

FROM node:24-slim AS packages
WORKDIR /afterglow
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
# Without a bound Node lets garbage grow instead of collecting it: five thousand waiting restores then cost a worker 300 MB,
# with these 44 MB (`npm run bench:jobs`, which reads them here).
ENV NODE_OPTIONS="--max-semi-space-size=4 --max-old-space-size=256"
WORKDIR /afterglow
COPY --from=packages /afterglow/node_modules ./node_modules
COPY package.json ./
COPY migrations ./migrations
COPY openapi ./openapi
COPY src ./src
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/livez').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]
